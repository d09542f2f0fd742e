import { retryAfterSeconds } from '../../http/retry-after.ts';
import type { Charge } from './charges.ts';
import type { Count, RateLimitField } from './count.ts';
import type { LocalHits } from './entry.ts';
import type { LocalStore } from './local-store.ts';
import { partitionOf } from './partition.ts';

/** What the counts of a limit have in common. */
interface Terms {
  readonly name: string;
  readonly windowMs: number;
  readonly msPerUnit: number;
}

/**
 * Counts in this process, at once. It says what express-rate-limit says, which would be five promises for each
 * request.
 */
export class LocalCounter {
  readonly #terms: Terms;
  readonly #store: LocalStore;

  constructor(terms: Terms, store: LocalStore) {
    this.#terms = terms;
    this.#store = store;
  }

  /** How many keys are counted. */
  get keys(): number {
    return this.#store.size;
  }

  /**
   * Counts so many at once. What is heavy and over the limit is not counted, because a smaller one
   * could still pass.
   *
   * @throws where there is no room for a new key.
   */
  count(charge: Charge): Count {
    const { key, owner, weight, limit } = charge;
    return new LocalCount(this.#terms, charge, this.#store.add(key, weight, limit, owner));
  }

  /**
   * What `count` would give; nothing is counted.
   *
   * @throws as `count` does.
   */
  peek(charge: Charge): Count {
    const { key, owner, weight, limit } = charge;
    return new LocalCount(this.#terms, charge, this.#store.peek(key, weight, limit, owner));
  }

  /** Takes back what was counted for a request that is refused for something else. */
  takeBack({ key, owner, weight }: Charge, { resetTime }: Count): void {
    this.#store.takeBack(key, weight, resetTime, owner);
  }
}

/** What came of it. All but the count itself is worked out for whoever asks: most of it for nobody. */
class LocalCount implements Count {
  readonly isOver: boolean;
  readonly remaining: number;
  readonly #terms: Terms;
  readonly #charge: Charge;
  readonly #hits: LocalHits;

  constructor(terms: Terms, charge: Charge, hits: LocalHits) {
    this.isOver = hits.totalHits > charge.limit;
    this.remaining = Math.max(charge.limit - hits.totalHits, 0);
    this.#terms = terms;
    this.#charge = charge;
    this.#hits = hits;
  }

  get resetTime(): Date {
    return this.#hits.resetTime;
  }

  /** Of a bucket, the time when it is full again is known; so much of that need not come back. */
  get waitSeconds(): number {
    const { weight, limit } = this.#charge;
    const spare = Math.max(0, limit - weight) * this.#terms.msPerUnit;
    return retryAfterSeconds(this.resetTime.getTime() - spare - Date.now());
  }

  /** @see draft-ietf-httpapi-ratelimit-headers-08 */
  get fields(): readonly RateLimitField[] {
    const { name, windowMs } = this.#terms;
    const { limit } = this.#charge;
    const resetSeconds = Math.ceil((this.resetTime.getTime() - Date.now()) / 1000);
    const policy = `q=${limit}; w=${Math.ceil(windowMs / 1000)}; pk=:${this.#partition}:`;
    return [
      ['RateLimit', `"${name}"; r=${this.remaining}; t=${Math.max(0, resetSeconds)}`],
      ['RateLimit-Policy', `"${name}"; ${policy}`],
    ];
  }

  /** The text is kept with what is counted, unless that is under the owner. */
  get #partition(): string {
    const { key } = this.#charge;
    const { entry } = this.#hits;
    if (entry.key !== key) return partitionOf(key);
    entry.partition ??= partitionOf(key);
    return entry.partition;
  }
}
