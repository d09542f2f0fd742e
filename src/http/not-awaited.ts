/**
 * For a promise where none is expected: nobody waits for it, and what it rejects with must not end the
 * process.
 */
export function notAwaited(value: unknown): void {
  Promise.resolve(value).catch(() => {});
}
