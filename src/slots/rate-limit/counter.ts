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
  /** Of a token bucket; 0 for a window. */
  readonly msPerUnit: number;
  /** Undefined: in this process. */
  readonly store: Store | undefined;
}

/** Counts in this process, at once; or in a store, which takes its time. */
export type Counter = LocalCounter | StoreCounter;

/** Makes a counter, and its store ready. */
export function counterFor(settings: CounterSettings): Counter {
  const { store, windowMs, msPerUnit } = settings;
  if (store instanceof LocalBuckets) {
    return new LocalCounter({ ...settings, msPerUnit: store.msPerUnit }, store.tally);
  }
  if (store !== undefined) return new StoreCounter(settings, store);
  const kind = msPerUnit === 0 ? windows(windowMs) : buckets(msPerUnit);
  return new LocalCounter(settings, new LocalStore(kind));
}
