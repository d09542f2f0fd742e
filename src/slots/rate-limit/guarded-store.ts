import type { IncrementResponse, Options, Store } from 'express-rate-limit';
import { noop } from '../../lib/noop.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { settled } from '../../lib/settled.ts';
import { isThenable } from '../../lib/thenable.ts';
import { within } from '../../lib/within.ts';
import { STORE_TIMEOUT_MS } from '../store-timeout.ts';
import type { Hits } from './hits.ts';

/** How much one request puts back at most, where more was taken back than was counted. */
const MOST_PUT_BACK = 100;

/**
 * A store of a third party, which is not trusted: each call is bounded in time, and each answer is checked. A
 * store that has failed is initialised anew before it is asked again: that of Redis would fail for ever if
 * Redis was not there when it loaded its scripts.
 */
export class GuardedStore {
  readonly #store: Store;
  #options: Options | undefined;
  #hasFailed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  init(options: Options): void {
    this.#options = options;
  }

  /** The gateway does not wait for it: stores take calls before they are ready, and wait themselves. */
  start(): void {
    this.#hasFailed = false;
    const options = this.#options as Options;
    call(() => this.#store.init?.(options)).catch(() => {
      this.#hasFailed = true;
    });
  }

  /**
   * Counts `weight` under a key. A weight of more than one is not counted where it would go over the limit,
   * and gets the sum that it would have come to. Rejects where the store cannot count.
   */
  async add(key: string, weight: number, limit: number): Promise<Hits> {
    if (this.#hasFailed) this.start();
    return weight === 1 ? this.#addOne(key) : this.#addHeavy(key, weight, limit);
  }

  /** What is counted under a key; undefined where the store has no `get`. Rejects where that fails. */
  async peek(key: string): Promise<Hits | undefined> {
    if (typeof this.#store.get !== 'function') return undefined;
    const hits = await inTime(call(() => this.#store.get?.(key)));
    // More may have been taken back than was counted.
    return hits === undefined || hits.totalHits < 1 ? NONE : this.#checked(hits);
  }

  /**
   * Takes back what was counted until `resetTime`, unless that has come. The request does not wait for it:
   * what remains is forgotten with the window.
   */
  takeBack(key: string, weight: number, resetTime: Date | undefined): void {
    // In the next window, it would be taken from the counts of other requests.
    if (resetTime !== undefined && resetTime.getTime() < Date.now() + STORE_TIMEOUT_MS) return;
    for (let i = 0; i < weight; i += 1) call(() => this.#store.decrement(key)).catch(noop);
  }

  async #addOne(key: string): Promise<Hits> {
    const counted = this.#increment(key);
    return this.#inTime(key, [counted], counted);
  }

  /**
   * Waits for the result of calls. If that takes too long, the request goes uncounted: what the calls have
   * counted is taken back.
   */
  async #inTime<T>(key: string, calls: readonly Promise<Hits>[], result: Promise<T>): Promise<T> {
    try {
      return await inTime(result);
    } catch (error) {
      for (const counted of calls) {
        counted.then(({ resetTime }) => this.takeBack(key, 1, resetTime), noop);
      }
      throw error;
    }
  }

  /**
   * Stores count by one: a heavy message takes as many calls as its weight, unless it is known to be too
   * much.
   */
  async #addHeavy(key: string, weight: number, limit: number): Promise<Hits> {
    const before = await inTime(this.#hitsOf(key));
    const sum = before.totalHits + weight;
    if (sum > limit) return { ...before, totalHits: sum };
    // All calls at once: otherwise another process could count between them, and both would be over the
    // limit.
    const calls = Array.from({ length: weight }, () => this.#increment(key));
    const { values: counted, failure } = await this.#inTime(key, calls, settled(calls));
    const last = counted.reduce(later, NONE);
    if (failure !== undefined || last.totalHits > limit) {
      for (const { resetTime } of counted) this.takeBack(key, 1, resetTime);
    }
    if (failure !== undefined) throw failure.cause;
    return last;
  }

  async #increment(key: string): Promise<Hits> {
    try {
      let hits = await this.#store.increment(key);
      // More was taken back than was counted: what is missing is put back.
      for (let i = 0; hits.totalHits < 1 && i < MOST_PUT_BACK; i += 1) {
        hits = await this.#store.increment(key);
      }
      return this.#checked(hits);
    } catch (error) {
      this.#hasFailed = true;
      throw error;
    }
  }

  /** What is counted already; nothing where the store cannot say. */
  async #hitsOf(key: string): Promise<Hits> {
    try {
      return this.#checked((await this.#store.get?.(key)) ?? NONE);
    } catch {
      return NONE;
    }
  }

  /**
   * Checks an answer of the store: a count that is no number would not be over any limit, and the time may be
   * any.
   */
  #checked(hits: IncrementResponse): Hits {
    const { totalHits, resetTime } = hits;
    if (!Number.isSafeInteger(totalHits) || totalHits < 1 || isThenable(resetTime)) {
      notAwaited([hits, totalHits, resetTime]);
      throw plain(new TypeError('The store gave no count'));
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

function inTime<T>(answer: Promise<T>): Promise<T> {
  return within(STORE_TIMEOUT_MS, answer, 'The store did not answer in time');
}

/** Makes a store that throws reject. */
async function call<T>(ask: () => T | Promise<T>): Promise<T> {
  return ask();
}
