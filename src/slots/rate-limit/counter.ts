import type { Store } from 'express-rate-limit';
import { buckets } from './bucket-entry.ts';
import { LocalBuckets } from './local-buckets.ts';
import { LocalCounter } from './local-counter.ts';
import { LocalStore } from './local-store.ts';
import { StoreCounter } from './store-counter.ts';
import { windows } from './window-entry.ts';

/** How a counter is to count, and where. */
export interface CounterSettings {
  readonly name: string;
  readonly windowMs: number;
  /** How long a unit of a token bucket takes to come back; 0 for a window. */
  readonly msPerUnit: number;
  /** Undefined: in this process. */
  readonly store: Store | undefined;
}

/** Counts in this process, at once; or in a store, which takes its time. */
export type Counter = LocalCounter | StoreCounter;

/**
 * Makes a counter, and prepares its store.
 *
 * @param tally - Gives the store that counts in this process.
 */
export function counterFor(settings: CounterSettings, tally: () => LocalStore): Counter {
  const { store } = settings;
  if (store instanceof LocalBuckets) {
    return new LocalCounter({ ...settings, msPerUnit: store.msPerUnit }, store.tally);
  }
  if (store !== undefined) return new StoreCounter(settings, store);
  return new LocalCounter(settings, tally());
}

/** Makes the store that counts in this process. */
export function tallyFor({ windowMs, msPerUnit }: CounterSettings): LocalStore {
  return new LocalStore(msPerUnit === 0 ? windows(windowMs) : buckets(msPerUnit));
}
