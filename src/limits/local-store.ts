import { MemoryStore, type Options } from 'express-rate-limit';
import type { Hits, Tally } from './tally.ts';

/** How many keys may come before those that nobody has asked for since are forgotten. */
const MOST_KEYS = 100_000;

interface Entry {
  totalHits: number;
  resetTime: Date;
}

/**
 * Counts in this process, in one step. The store of express-rate-limit would keep its timer for ever,
 * and as many keys as there come in a window; here what is over is swept out by whoever comes next.
 */
export class LocalStore extends MemoryStore implements Tally {
  #sweepAt = 0;

  override init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.windowMs = windowMs;
  }

  start(): void {}

  async add(key: string, weight: number, limit: number): Promise<Hits> {
    this.#sweep();
    // It has counted when it returns; by the time that one has waited for it, others have as well.
    void this.increment(key);
    const entry = this.current.get(key) as Entry;
    const totalHits = entry.totalHits + weight - 1;
    entry.totalHits = weight > 1 && totalHits > limit ? entry.totalHits - 1 : totalHits;
    return { totalHits, resetTime: entry.resetTime };
  }

  takeBack(key: string, weight: number, resetTime: Date | undefined): void {
    const entry = this.current.get(key) ?? this.previous.get(key);
    if (entry !== undefined && isSame(entry.resetTime, resetTime)) entry.totalHits -= weight;
  }

  /** What is asked for moves from `previous` to `current`; what remains behind is not missed. */
  #sweep(): void {
    const now = Date.now();
    if (now < this.#sweepAt && this.current.size < MOST_KEYS) return;
    this.previous = this.current;
    this.current = new Map();
    this.#sweepAt = now + this.windowMs;
  }
}

function isSame(one: Date, other: Date | undefined): boolean {
  return one.getTime() === other?.getTime();
}
