import { plain } from './plain-error.ts';
import { isThenable } from './thenable.ts';

/**
 * Waits for a result no longer than `ms`, and ignores what comes later. A value that is no promise is
 * returned as it is. Where this process itself stood still, a result that has come meanwhile is read before
 * the wait ends.
 */
export function within<T>(ms: number | false, result: PromiseLike<T>, message: string): Promise<T>;
export function within<T>(
  ms: number | false,
  result: T | PromiseLike<T>,
  message: string,
): T | Promise<T>;
export function within<T>(
  ms: number | false,
  result: T | PromiseLike<T>,
  message: string,
): T | Promise<T> {
  if (!isThenable(result)) return result;
  if (ms === false) return Promise.resolve(result);
  return new Promise<T>((resolve, reject) => {
    // A timer runs before the event loop reads what has come, an immediate after that.
    const giveUp = () => setImmediate(() => reject(plain(new Error(message))));
    const timer = setTimeout(giveUp, ms);
    Promise.resolve(result).then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
