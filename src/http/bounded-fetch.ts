import { Deadline } from './deadline.ts';

/** How long an answer may take, to its last byte, and how large it may be. */
export interface FetchLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** An answer that went over a limit. Its message may be told: nothing of the answer is in it. */
export class FetchLimitError extends Error {
  override readonly name = 'FetchLimitError';
}

/** Fetches an answer whole, within limits, and never follows a redirect. */
export async function boundedFetch(
  url: string | URL,
  init: RequestInit,
  { timeoutMs, maxBytes }: FetchLimits,
): Promise<Response> {
  const controller = new AbortController();
  const deadline = new Deadline();
  deadline.start(timeoutMs, () => {
    controller.abort(new FetchLimitError(`it took more than ${timeoutMs} ms`));
  });
  try {
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: controller.signal });
    const body = await readUpTo(maxBytes, answer);
    // Some statuses allow no body, not even an empty one.
    return new Response(body.length === 0 ? null : body, answer);
  } finally {
    deadline.clear();
  }
}

async function readUpTo(maxBytes: number, { body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop early ends the connection.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw new FetchLimitError(`its answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
