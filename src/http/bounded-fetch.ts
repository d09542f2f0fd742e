import { HeldBytes } from './held-bytes.ts';

/** An answer that went over a limit. Its message may be told: nothing of the answer is in it. */
export class FetchLimitError extends Error {
  override readonly name = 'FetchLimitError';
}

/** Fetches an answer whole, of so many bytes at most, and never follows a redirect. */
export async function boundedFetch(
  url: string | URL,
  init: RequestInit,
  maxBytes: number,
): Promise<Response> {
  // Where a redirect leads, nobody has configured.
  const answer = await fetch(url, { ...init, redirect: 'manual' });
  const body = await readUpTo(maxBytes, answer);
  // Some statuses allow no body, not even an empty one.
  return new Response(body.length === 0 ? null : body, answer);
}

async function readUpTo(maxBytes: number, { body }: Response): Promise<Buffer> {
  const held = new HeldBytes(maxBytes);
  // As it comes, because neither Content-Length nor a content coding says how long it gets. Leaving
  // the loop early ends the connection.
  for await (const chunk of body ?? []) {
    if (held.length + chunk.length > maxBytes) {
      throw new FetchLimitError(`its answer has more than ${maxBytes} bytes`);
    }
    held.push(chunk);
  }
  return held.take();
}
