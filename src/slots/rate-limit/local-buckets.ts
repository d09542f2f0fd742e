import type { IncrementResponse, Store } from 'express-rate-limit';
import { noop } from '../../lib/noop.ts';
import { buckets } from './bucket-entry.ts';
import { LocalStore } from './local-store.ts';

/**
 * Token buckets in this process as the `store` of a limit: for limits that count together, and for those whose
 * `limit` is a function. A counter asks `tally` itself, which also knows which keys one caller can make up.
 */
export class LocalBuckets implements Store {
  /** How long each unit takes to come back. */
  readonly msPerUnit: number;
  readonly tally: LocalStore;
  readonly resetKey: () => void = noop;

  constructor(msPerUnit: number) {
    this.msPerUnit = msPerUnit;
    this.tally = new LocalStore(buckets(msPerUnit));
  }

  async increment(key: string): Promise<IncrementResponse> {
    const { totalHits, resetTime } = this.tally.add(key, 1, Number.POSITIVE_INFINITY);
    return { totalHits, resetTime };
  }

  decrement(key: string): void {
    this.tally.takeBack(key, 1, undefined);
  }
}
