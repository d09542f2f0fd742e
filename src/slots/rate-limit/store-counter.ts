import type { RateLimitInfo, RateLimitRequestHandler, Store } from 'express-rate-limit';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import { noop } from '../../lib/noop.ts';
import { plain } from '../../lib/plain-error.ts';
import type { Charge } from './charges.ts';
import type { Count, RateLimitField } from './count.ts';
import { GuardedStore } from './guarded-store.ts';
import type { Hits } from './hits.ts';
import { partitionOf } from './partition.ts';

/** Stands for a request of express-rate-limit, which reads no more of a request than this. */
interface Asked {
  readonly key: string;
  readonly weight: number;
  readonly limit: number;
  isOver: boolean;
  /** The count that express-rate-limit leaves here. */
  count?: RateLimitInfo;
}

/**
 * A window of express-rate-limit in a store of a third party. It is asked about a key rather than a request:
 * a request may bring several messages, and an answer that Express has not made has no `append`.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-08
 */
export class StoreCounter {
  /** The keys are in the store. */
  readonly keys = undefined;
  readonly #limiter: Promise<RateLimitRequestHandler>;
  readonly #tally: GuardedStore;
  readonly #windowMs: number;

  constructor(
    { name, windowMs }: { readonly name: string; readonly windowMs: number },
    store: Store,
  ) {
    this.#windowMs = windowMs;
    this.#tally = new GuardedStore(store);
    this.#limiter = this.#createLimiter(name);
    // Each count rejects with this failure.
    this.#limiter.catch(noop);
  }

  /** The library is loaded with the first counter that needs it: most count in this process. */
  async #createLimiter(name: string): Promise<RateLimitRequestHandler> {
    const { rateLimit } = await import('express-rate-limit');
    const limiter = rateLimit({
      limit: (asked) => (asked as unknown as Asked).limit,
      windowMs: this.#windowMs,
      store: weighing(this.#tally),
      identifier: name,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      requestPropertyName: 'count' satisfies keyof Asked,
      keyGenerator: (asked) => weighed(asked as unknown as Asked),
      handler: (asked, _answer, next) => {
        (asked as unknown as Asked).isOver = true;
        next();
      },
      // These checks would write to the console.
      validate: false,
    });
    this.#tally.start();
    return limiter;
  }

  /**
   * Counts a charge at once. A heavy charge that is over the limit is not counted, because a smaller one
   * could still pass. Rejects where the store fails, or takes too long.
   */
  async count({ key, weight, limit }: Charge): Promise<Count> {
    const asked: Asked = { key, weight, limit, isOver: false };
    const fields: RateLimitField[] = [];
    const answer = {
      append: (name: string, value: string) => fields.push([name, withPartition(value, key)]),
      setHeader: noop,
    };
    const limiter = await this.#limiter;
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      Promise.resolve(limiter(asked as never, answer as never, next)).catch(reject);
    });
    // A store may reject with nothing, which looks like success.
    if (asked.count === undefined) throw plain(new Error('The store failed'));
    const { remaining, resetTime } = asked.count;
    const endsAt = resetTime?.getTime() ?? Date.now() + this.#windowMs;
    const waitSeconds = retryAfterSeconds(endsAt - Date.now());
    return { isOver: asked.isOver, remaining, resetTime, waitSeconds, fields };
  }

  /** What `count` would give, as far as the store says it; undefined where it cannot. Nothing is counted. */
  async peek({ key, weight, limit }: Charge): Promise<Count | undefined> {
    await this.#limiter;
    const known = await this.#tally.peek(key);
    if (known === undefined) return undefined;
    const totalHits = known.totalHits + weight;
    const endsAt = known.resetTime?.getTime() ?? Date.now() + this.#windowMs;
    return {
      isOver: totalHits > limit,
      remaining: Math.max(limit - totalHits, 0),
      resetTime: known.resetTime,
      waitSeconds: retryAfterSeconds(endsAt - Date.now()),
      fields: [],
    };
  }

  /** Takes back what was counted for a request that is refused for something else. */
  takeBack({ key, weight }: Charge, { resetTime }: Count): void {
    this.#tally.takeBack(key, weight, resetTime);
  }
}

/**
 * Names the partition by the key alone: the text that express-rate-limit would take for it differs with the
 * weight.
 */
function withPartition(field: string, key: string): string {
  return field.replace(/pk=:[^:]*:/, () => `pk=:${partitionOf(key)}:`);
}

/**
 * express-rate-limit tells its store a key and nothing else, so that weight and limit stand in front of the
 * key.
 */
function weighed({ key, weight, limit }: Asked): string {
  return `${weight} ${limit} ${key}`;
}

function weighing(tally: GuardedStore): Store {
  return {
    init: (options) => tally.init(options),
    increment(text): Promise<Hits> {
      const [weight, limit, key = ''] = text.split(' ');
      return tally.add(key, Number(weight), Number(limit));
    },
    decrement: noop,
    resetKey: noop,
  };
}
