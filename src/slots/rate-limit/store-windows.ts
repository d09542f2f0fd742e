import type { Store } from 'express-rate-limit';

/** The window of each store: a store has only one, which the next limit would change. */
const windows = new WeakMap<Store, number>();

/** The window that a limit in this process has given a store; undefined where none has. */
export function windowOf(store: Store): number | undefined {
  return windows.get(store);
}

/** Notes the window of a store in which an enforced limit counts. */
export function setWindow(store: Store, windowMs: number): void {
  windows.set(store, windowMs);
}
