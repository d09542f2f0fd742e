import { Deadline } from './deadline.ts';
import { plain } from './plain-error.ts';
import { isThenable } from './thenable.ts';

/**
 * Waits for a result no longer than `ms`; what comes of it later is of no interest. Where this process
 * itself stood still, a result that has come meanwhile is read before it is given up.
 */
export async function within<T>(
  ms: number | false,
  result: T | PromiseLike<T>,
  message: string,
): Promise<T> {
  if (!isThenable(result)) return result;
  const deadline = new Deadline();
  const expiry = new Promise<never>((_resolve, reject) => {
    // A timer runs before the event loop reads what has come, an immediate after that.
    deadline.start(ms, () => setImmediate(() => reject(plain(new Error(message)))));
  });
  return Promise.race([Promise.resolve(result), expiry]).finally(() => deadline.clear());
}
