import type { Options } from 'express-rate-limit';

/** What has been counted under a key, and until when. */
export interface Hits {
  readonly totalHits: number;
  readonly resetTime: Date | undefined;
}

/** Where it is counted. */
export interface Tally {
  init(options: Options): void;
  /** Makes it ready, once it is certain that it will be used. */
  start(): void;
  /**
   * Counts so many under a key. What weighs more than one is not counted where that would go over
   * the limit, and gets the sum that it would have come to. `owner` stands for the caller, where one
   * caller can have many keys. Rejects where it cannot count.
   */
  add(key: string, weight: number, limit: number, owner?: string): Promise<Hits>;
  /**
   * Takes back what was counted until `resetTime`, unless that has come. Nobody waits for it: what
   * remains is forgotten with the window.
   */
  takeBack(key: string, weight: number, resetTime: Date | undefined, owner?: string): void;
}
