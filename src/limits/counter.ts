import {
  type RateLimitInfo,
  type RateLimitRequestHandler,
  rateLimit,
  type Store,
} from 'express-rate-limit';
import { GuardedStore } from './guarded-store.ts';

/** What a counter is to count to, and where. */
export interface CounterSettings {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number;
  readonly store: Store;
}

/** What came of counting. */
export interface Count {
  readonly isOver: boolean;
  /** How long until the count begins anew. */
  readonly waitSeconds: number;
  /** `RateLimit` and `RateLimit-Policy`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What express-rate-limit is shown for a request: it reads no more of one than this. */
interface Asked {
  readonly key: string;
  isOver: boolean;
  /** Left by it. */
  count?: RateLimitInfo;
}

/**
 * A window of express-rate-limit, asked about a key rather than a request: a request may bring several
 * messages, and an answer that Express has not made has no `append`.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-08
 */
export class Counter {
  readonly #limiter: RateLimitRequestHandler;
  readonly #store: GuardedStore;
  readonly #windowMs: number;

  constructor({ name, limit, windowMs, store }: CounterSettings) {
    this.#windowMs = windowMs;
    this.#store = new GuardedStore(store);
    this.#limiter = rateLimit({
      limit,
      windowMs,
      store: this.#store,
      identifier: name,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      requestPropertyName: 'count' satisfies keyof Asked,
      keyGenerator: (asked) => (asked as unknown as Asked).key,
      handler: (asked, _answer, next) => {
        (asked as unknown as Asked).isOver = true;
        next();
      },
      // They would write to the console; what they look for is checked when the options are read.
      validate: false,
    });
  }

  /**
   * Counts so many at once. What is over the limit is not counted where a smaller one could still
   * pass. Rejects where the store fails, or takes too long.
   */
  async count(key: string, weight: number): Promise<Count> {
    const others = Array.from({ length: weight - 1 }, () => this.#store.increment(key));
    const [count] = await Promise.all([this.#ask(key), ...others]);
    if (count.isOver && weight > 1) this.#takeBack(key, weight);
    return count;
  }

  async #ask(key: string): Promise<Count> {
    const asked: Asked = { key, isOver: false };
    const fields: [string, string][] = [];
    const answer = {
      append: (name: string, value: string) => fields.push([name, value]),
      setHeader: ignore,
    };
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      Promise.resolve(this.#limiter(asked as never, answer as never, next)).catch(reject);
    });
    // A store may reject with nothing, which looks like going on.
    if (asked.count === undefined) throw new Error('The store failed');
    const endsAt = asked.count.resetTime?.getTime() ?? Date.now() + this.#windowMs;
    const waitSeconds = Math.max(1, Math.ceil((endsAt - Date.now()) / 1000));
    return { isOver: asked.isOver, waitSeconds, fields };
  }

  /** Nobody waits for it: what is not taken back is forgotten with the window. */
  #takeBack(key: string, weight: number): void {
    for (let i = 0; i < weight; i += 1) this.#store.decrement(key).catch(ignore);
  }
}

function ignore(): void {}
