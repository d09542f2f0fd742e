import type { Hits } from './hits.ts';

/** What has been counted under a key in this process. */
export interface Entry {
  readonly key: string;
  /** What it counts to: from half of it on, it is not forgotten for others. */
  limit: number;
  /** How many keys its owner has begun, where it is what the owner's further keys are counted under. */
  begun: number;
  /** What `RateLimit-Policy` names it by, once that was asked for. */
  partition: string | undefined;
  /** When it may be forgotten, because it says no more than a new one would. */
  readonly endsAt: number;
  /** Whether less than half of the limit is used. */
  readonly isLight: boolean;
  add(weight: number, now: number): LocalHits;
  /** What `add` would give; nothing is counted. */
  peek(weight: number, now: number): LocalHits;
  /** @returns Whether it was counted here. */
  takeBack(weight: number, resetTime: Date | undefined): boolean;
}

/** What came of counting in this process. */
export interface LocalHits extends Hits {
  readonly resetTime: Date;
  /** Where it was counted: under the key, or under its owner. */
  readonly entry: Entry;
}

/** How counts in this process are kept. */
export interface EntryKind {
  make(key: string, limit: number, now: number): Entry;
  /** Whether what counts again ends later for it. */
  readonly isProlonged: boolean;
}
