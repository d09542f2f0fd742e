import type { Store } from 'express-rate-limit';

/** Windows of stores by their store: it has one only, which the next limit would change. */
const windows = new WeakMap<Store, number>();

/** The window that a limit in this process has given a store; undefined where none has. */
export function windowOf(store: Store): number | undefined {
  return windows.get(store);
}

/** A limit that is enforced counts in the store. */
export function setWindow(store: Store, windowMs: number): void {
  windows.set(store, windowMs);
}
