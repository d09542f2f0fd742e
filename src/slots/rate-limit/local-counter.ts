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
 * Counts in this process, at once. It gives what express-rate-limit would give, which would take five
 * promises for each request.
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
   * Counts a charge at once. A heavy charge that is over the limit is not counted, because a smaller one
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

/**
 * The result of counting. Everything but the count itself is worked out when it is read: most of it never is.
 */
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

  /**
   * For a bucket, `resetTime` is when it is full again. The caller waits only until there is room for
   * `weight`.
   */
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

  /** The text is kept with the entry, unless that is the owner's. */
  get #partition(): string {
    const { key } = this.#charge;
    const { entry } = this.#hits;
    if (entry.key !== key) return partitionOf(key);
    entry.partition ??= partitionOf(key);
    return entry.partition;
  }
}
