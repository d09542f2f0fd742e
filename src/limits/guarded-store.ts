import type { IncrementResponse, Options, Store } from 'express-rate-limit';
import { within } from '../http/within.ts';
import type { Hits, Tally } from './tally.ts';

/** How long a store may take. */
const STORE_TIMEOUT_MS = 250;

/**
 * A store of others, of which nothing is taken on trust: what it is asked for a request is bounded in
 * time, and what it says is checked. One that has failed is initialised anew before it is asked again;
 * that of Redis would fail for ever if Redis was not there when it loaded its scripts.
 */
export class GuardedStore implements Tally {
  readonly #store: Store;
  #options: Options | undefined;
  #hasFailed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  init(options: Options): void {
    this.#options = options;
  }

  /** Nobody waits for it: stores take calls before they are ready, and wait themselves. */
  start(): void {
    this.#hasFailed = false;
    const options = this.#options as Options;
    call(() => this.#store.init?.(options)).catch(() => {
      this.#hasFailed = true;
    });
  }

  async add(key: string, weight: number, limit: number): Promise<Hits> {
    if (this.#hasFailed) this.start();
    const counted = weight === 1 ? this.#increment(key) : this.#addHeavy(key, weight, limit);
    try {
      return await within(STORE_TIMEOUT_MS, counted, 'The store did not answer in time');
    } catch (error) {
      // The request goes uncounted, also where the store has only not said so yet.
      const isCounted = ({ totalHits }: Hits) => weight === 1 || totalHits <= limit;
      counted.then((hits) => isCounted(hits) && this.takeBack(key, weight), ignore);
      throw error;
    }
  }

  takeBack(key: string, weight: number): void {
    for (let i = 0; i < weight; i += 1) call(() => this.#store.decrement(key)).catch(ignore);
  }

  /** Stores count by one: what is heavy takes as many calls, unless it is known to be too much. */
  async #addHeavy(key: string, weight: number, limit: number): Promise<Hits> {
    const before = await this.#hitsOf(key);
    if (before.totalHits + weight > limit) {
      return { ...before, totalHits: before.totalHits + weight };
    }
    // All at once, so that no other process counts between them and both find themselves over.
    const calls = Array.from({ length: weight }, () => this.#increment(key));
    const results = await Promise.allSettled(calls);
    const counted = results.filter((result) => result.status === 'fulfilled');
    const failed = results.find((result) => result.status === 'rejected');
    const last = counted.map(({ value }) => value).reduce(later, before);
    if (failed !== undefined || last.totalHits > limit) this.takeBack(key, counted.length);
    if (failed !== undefined) throw failed.reason;
    return last;
  }

  async #increment(key: string): Promise<Hits> {
    try {
      return this.#checked(await this.#store.increment(key));
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  async #hitsOf(key: string): Promise<Hits> {
    try {
      return this.#checked((await this.#store.get?.(key)) ?? NONE);
    } catch {
      return NONE;
    }
  }

  /** A number that is none would not be over any limit, and a time may be any. */
  #checked({ totalHits, resetTime }: IncrementResponse): Hits {
    if (!Number.isSafeInteger(totalHits) || totalHits < 1) {
      throw new TypeError('The store gave no count');
    }
    const latest = Date.now() + (this.#options?.windowMs ?? 0);
    const isTime = resetTime instanceof Date && resetTime.getTime() <= latest;
    return { totalHits, resetTime: isTime ? resetTime : undefined };
  }
}

const NONE: Hits = { totalHits: 0, resetTime: undefined };

function later(one: Hits, other: Hits): Hits {
  return one.totalHits > other.totalHits ? one : other;
}

/** What throws rejects. */
async function call<T>(ask: () => T | Promise<T>): Promise<T> {
  return ask();
}

function ignore(): void {}
