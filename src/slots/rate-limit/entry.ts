import type { Hits } from './hits.ts';

/** What has been counted under a key in this process. */
export interface Entry {
  readonly key: string;
  /** The limit that it counts to: from half of it on, the entry is not forgotten to make room for others. */
  limit: number;
  /**
   * How many keys the owner has begun, if this is the entry that the owner's further keys are counted under.
   */
  begun: number;
  /** Its name in `RateLimit-Policy`, once that was asked for. */
  partition: string | undefined;
  /** When it may be forgotten, because it says no more than a new entry would. */
  readonly endsAt: number;
  /** Whether less than half of the limit is used. */
  readonly isLight: boolean;
  add(weight: number, now: number): LocalHits;
  /** What `add` would give; nothing is counted. */
  peek(weight: number, now: number): LocalHits;
  /** @returns Whether it was counted here. */
  takeBack(weight: number, resetTime: Date | undefined): boolean;
}

/** The result of counting in this process. */
export interface LocalHits extends Hits {
  readonly resetTime: Date;
  /** Where it was counted: under the key, or under its owner. */
  readonly entry: Entry;
}

/** How counts in this process are kept. */
export interface EntryKind {
  make(key: string, limit: number, now: number): Entry;
  /** Whether an entry ends later each time it counts. */
  readonly isProlonged: boolean;
}
