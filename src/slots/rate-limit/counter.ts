import { hash } from 'node:crypto';
import {
  type RateLimitInfo,
  type RateLimitRequestHandler,
  rateLimit,
  type Store,
} from 'express-rate-limit';
import { retryAfterSeconds } from '../../http/retry-after.ts';
import { noop } from '../../lib/noop.ts';
import { plain } from '../../lib/plain-error.ts';
import { buckets } from './bucket-entry.ts';
import type { Charge } from './charges.ts';
import type { EntryKind } from './entry.ts';
import { GuardedStore } from './guarded-store.ts';
import { LocalBuckets } from './local-buckets.ts';
import { LocalStore } from './local-store.ts';
import type { Hits, Tally } from './tally.ts';
import { windows } from './window-entry.ts';

/** How a counter is to count, and where. */
export interface CounterSettings {
  readonly name: string;
  readonly windowMs: number;
  /** Of a token bucket; 0 for a window. */
  readonly msPerUnit: number;
  /** Undefined: in this process. */
  readonly store: Store | undefined;
}

/** What came of counting. */
export interface Count {
  readonly isOver: boolean;
  readonly remaining: number;
  /** When the count begins anew, as the store says; of a bucket, when it is full again. */
  readonly resetTime: Date | undefined;
  /** How long until as much may be asked for. */
  readonly waitSeconds: number;
  /** `RateLimit` and `RateLimit-Policy`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What express-rate-limit is shown for a request: it reads no more of one than this. */
interface Asked {
  readonly key: string;
  readonly owner: string | undefined;
  readonly weight: number;
  readonly limit: number;
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
  readonly #tally: Tally;
  readonly #windowMs: number;
  readonly #msPerUnit: number;

  constructor({ name, windowMs, msPerUnit, store }: CounterSettings) {
    this.#windowMs = windowMs;
    this.#msPerUnit = store instanceof LocalBuckets ? store.msPerUnit : msPerUnit;
    this.#tally = tallyOf(store) ?? new LocalStore(kindOf(windowMs, msPerUnit));
    this.#limiter = rateLimit({
      limit: (asked) => (asked as unknown as Asked).limit,
      windowMs,
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
      // They would write to the console.
      validate: false,
    });
  }

  /** How many keys are counted in this process; undefined: they are in a store. */
  get keys(): number | undefined {
    return this.#tally instanceof LocalStore ? this.#tally.size : undefined;
  }

  /** Makes the store ready. */
  start(): void {
    this.#tally.start();
  }

  /**
   * Counts so many at once. What is heavy and over the limit is not counted, because a smaller one
   * could still pass. Rejects where the store fails, or takes too long.
   */
  async count({ key, owner, weight, limit }: Charge): Promise<Count> {
    const asked: Asked = { key, owner, weight, limit, isOver: false };
    const fields: [string, string][] = [];
    const answer = {
      append: (name: string, value: string) => fields.push([name, withPartition(value, key)]),
      setHeader: noop,
    };
    await new Promise<void>((resolve, reject) => {
      const next = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      Promise.resolve(this.#limiter(asked as never, answer as never, next)).catch(reject);
    });
    // A store may reject with nothing, which looks like going on.
    if (asked.count === undefined) throw plain(new Error('The store failed'));
    const { remaining, resetTime } = asked.count;
    const endsAt = resetTime?.getTime() ?? Date.now() + this.#windowMs;
    // Of a bucket, the time when it is full again; so much of that need not come back.
    const spare = Math.max(0, limit - weight) * this.#msPerUnit;
    const waitSeconds = retryAfterSeconds(endsAt - spare - Date.now());
    return { isOver: asked.isOver, remaining, resetTime, waitSeconds, fields };
  }

  /** Takes back what was counted for a request that is refused for something else. */
  takeBack({ key, owner, weight }: Charge, { resetTime }: Count): void {
    this.#tally.takeBack(key, weight, resetTime, owner);
  }
}

/** Undefined: in this process. */
function tallyOf(store: Store | undefined): Tally | undefined {
  if (store instanceof LocalBuckets) return store.tally;
  return store && new GuardedStore(store);
}

function kindOf(windowMs: number, msPerUnit: number): EntryKind {
  return msPerUnit === 0 ? windows(windowMs) : buckets(msPerUnit);
}

/** Names the partition by the key alone: what express-rate-limit takes for it differs with the weight. */
function withPartition(field: string, key: string): string {
  return field.replace(/pk=:[^:]*:/, () => `pk=:${hash('sha256', key, 'base64').slice(0, 16)}:`);
}

/** express-rate-limit tells its store a key and nothing else, so that the rest stands before it. */
function weighed({ key, owner = '', weight, limit }: Asked): string {
  return `${weight} ${limit} ${owner} ${key}`;
}

function weighing(tally: Tally): Store {
  return {
    init: (options) => tally.init(options),
    increment(text): Promise<Hits> {
      const [weight, limit, owner = '', key = ''] = text.split(' ');
      return tally.add(key, Number(weight), Number(limit), owner === '' ? undefined : owner);
    },
    decrement: noop,
    resetKey: noop,
  };
}
