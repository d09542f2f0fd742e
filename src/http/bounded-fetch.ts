import { isIP } from 'node:net';
import { processNames } from '../dns/process-names.ts';
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
  await nameSettled(new URL(url), init.signal);
  // The operator has not configured where a redirect leads.
  const answer = await fetch(url, { ...init, redirect: 'manual' });
  const body = await readUpTo(maxBytes, answer);
  // Some statuses allow no body, not even an empty one.
  return new Response(body.length === 0 ? null : body, answer);
}

async function readUpTo(maxBytes: number, { body }: Response): Promise<Buffer> {
  const held = new HeldBytes(maxBytes);
  // Counted as it comes, because neither Content-Length nor a content coding says how long it gets. Leaving
  // the loop early ends the connection.
  for await (const chunk of body ?? []) {
    if (held.length + chunk.length > maxBytes) {
      throw new FetchLimitError(`its answer has more than ${maxBytes} bytes`);
    }
    held.push(chunk);
  }
  return held.take();
}

/**
 * Waits until a look-up of the name has ended. `fetch` looks names up by itself, in a thread that others
 * need, and must not begin while the look-up would hang. The result is not used here: `fetch` finds it out
 * once more.
 */
async function nameSettled({ hostname }: URL, signal: RequestInit['signal']): Promise<void> {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || !connectsDirectly()) return;
  const settled = processNames.settled(hostname);
  if (signal === null || signal === undefined) return settled;
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([settled, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const DISPATCHER = Symbol.for('undici.globalDispatcher.1');

/** Names need not be known here where a proxy, or a dispatcher of the app's own, connects. */
function connectsDirectly(): boolean {
  const dispatcher: object | undefined = Reflect.get(globalThis, DISPATCHER);
  return dispatcher === undefined || dispatcher.constructor.name === 'Agent';
}
