import type { Options } from 'express-rate-limit';
import { LinkedMap } from '../../lib/linked-map.ts';
import { plain } from '../../lib/plain-error.ts';
import type { Hits, Tally } from './tally.ts';

/** How many keys are counted at once. */
const MOST_KEYS = 200_000;

/**
 * One owner may have this part of the room that is left, 10,000 keys where there are few: the more of
 * them try, the less each gets, so that others always find some.
 */
const SHARE = 1 / 20;

/** How many counts that are over are swept out at once: others wait meanwhile. */
const MOST_SWEPT = 1000;

interface Entry {
  readonly key: string;
  /** What it counts to: from half of it on, it is not forgotten for others. */
  readonly limit: number;
  readonly resetTime: Date;
  totalHits: number;
  /** How many keys its owner has begun, where it is what the owner's further keys are counted under. */
  begun: number;
}

/**
 * Counts in this process, in one step, without a timer: what is over is swept out by whoever comes
 * next. It never holds more than so many keys. The keys that one owner can make up are bounded; where
 * there are too many of others, what is far from its limit and was not asked for longest is forgotten,
 * and where there is none of those, a new key is not counted.
 */
export class LocalStore implements Tally {
  #windowMs = 0;
  /** In the order in which they end. */
  readonly #entries = new LinkedMap<string, Entry>();
  /** Those that may be forgotten, in the order in which they were last asked for. */
  readonly #light = new LinkedMap<string, Entry>();

  /** How many keys it holds. */
  get size(): number {
    return this.#entries.size;
  }

  init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.#windowMs = windowMs;
  }

  start(): void {}

  /** Counts before it returns: by the time that one has waited for it, others have as well. */
  async add(key: string, weight: number, limit: number, owner?: string): Promise<Hits> {
    const now = Date.now();
    this.#sweep(now);
    const entry = this.#known(key, now) ?? this.#begin(key, limit, now, owner);
    const totalHits = entry.totalHits + weight;
    if (weight === 1 || totalHits <= limit) entry.totalHits = totalHits;
    this.#file(entry);
    return { totalHits, resetTime: entry.resetTime };
  }

  takeBack(key: string, weight: number, resetTime: Date | undefined, owner?: string): void {
    const candidates = [key, owner ?? key].map((name) => this.#entries.get(name));
    // It may have been counted under either, and the time is the entry's own.
    const entry = candidates.find((candidate) => candidate?.resetTime === resetTime);
    if (entry === undefined) return;
    entry.totalHits -= weight;
    this.#file(entry);
  }

  #known(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.resetTime.getTime() > now) return entry;
    this.#forget(key);
    return undefined;
  }

  /** A new key; or what the owner's further keys are counted under, where it has begun too many. */
  #begin(key: string, limit: number, now: number, owner: string | undefined): Entry {
    if (owner === undefined) return this.#create(key, limit, now);
    const own = this.#known(owner, now) ?? this.#create(owner, limit, now);
    if (own.begun >= (MOST_KEYS - this.size) * SHARE) return own;
    own.begun += 1;
    this.#file(own);
    return this.#create(key, limit, now);
  }

  #create(key: string, limit: number, now: number): Entry {
    if (this.size >= MOST_KEYS) {
      const { first } = this.#light;
      if (first === undefined)
        throw plain(new Error(`There are ${MOST_KEYS} keys near their limit`));
      this.#forget(first.key);
    }
    const resetTime = new Date(now + this.#windowMs);
    const entry: Entry = { key, limit, resetTime, totalHits: 0, begun: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Where it belongs among those that may be forgotten. */
  #file(entry: Entry): void {
    if (entry.totalHits * 2 < entry.limit) this.#light.set(entry.key, entry);
    else this.#light.delete(entry.key);
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    this.#light.delete(key);
  }

  #sweep(now: number): void {
    for (let i = 0; i < MOST_SWEPT; i += 1) {
      const { first } = this.#entries;
      if (first === undefined || first.value.resetTime.getTime() > now) return;
      this.#forget(first.key);
    }
  }
}
