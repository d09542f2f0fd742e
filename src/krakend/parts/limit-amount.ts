import type {
  Limit,
  LimitContext,
  TokenBucket,
  WindowLimit,
} from '../../slots/rate-limit/limit.ts';
import { LocalBuckets } from '../../slots/rate-limit/local-buckets.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { RedisLimitValues } from '../table/rate-limit.ts';

/** How much a limit allows, and where it is counted. */
export type LimitAmount =
  | Pick<TokenBucket, 'burst' | 'refill'>
  | Pick<WindowLimit, 'limit' | 'window' | 'store' | 'onStoreError'>;

/**
 * Makes an amount from a rate, the number of requests that may come at once, a time, and the name of the
 * limit.
 */
export type AmountMaker = (
  rate: number,
  burst: number,
  everyMs: number,
  name: string,
) => LimitAmount;

/** A token bucket in this process. */
export const inProcess: AmountMaker = (rate, burst, everyMs) => {
  return { burst: Math.max(1, Math.ceil(burst)), refill: { amount: rate, every: everyMs } };
};

/** The same as a limit with a store. Such a limit may be for some requests only. */
export const inBuckets: AmountMaker = (rate, burst, everyMs) => ({
  ...windowFor(rate, burst, everyMs),
  store: new LocalBuckets(everyMs / rate),
});

/** The same, where limits of one name count together: those of all gateways of a document. */
export function inCommon(): AmountMaker {
  const known = new Map<string, LimitAmount>();
  return (rate, burst, everyMs, name) => {
    const own = known.get(name) ?? inBuckets(rate, burst, everyMs, name);
    known.set(name, own);
    return own;
  };
}

/** Makes windows in a store; undefined, with a note, where the options have no such store. */
export function inStore(
  notes: Notes,
  values: RedisLimitValues,
  { stores = {} }: KrakendReadOptions,
): AmountMaker | undefined {
  const { connection_name: name, connection_pool: pool = name, on_failure_allow: allows } = values;
  const store = pool !== undefined && Object.hasOwn(stores, pool) ? stores[pool] : undefined;
  if (store === undefined) {
    notes.refuse(
      `give fromKrakend the option stores with ${pool ?? 'the name of the connection'}, a store of express-rate-limit`,
    );
    return undefined;
  }
  notes.warn('in a store it counts in windows: all that a window allows may come at once');
  return (rate, burst, everyMs) => ({
    ...windowFor(rate, burst, everyMs),
    store,
    onStoreError: allows === true ? 'allow' : 'deny',
  });
}

/**
 * A window that lets as many requests come at once as the bucket. It is as long as the bucket takes to refill
 * them, so that it allows no more in the long run.
 */
function windowFor(
  rate: number,
  burst: number,
  everyMs: number,
): { readonly limit: number; readonly window: number } {
  const limit = Math.max(1, Math.ceil(burst));
  return { limit, window: Math.ceil((limit * everyMs) / rate) };
}

/** Whether a limit is for a request. */
export type IsFor = (ctx: LimitContext) => boolean;

/** The same limit, for some requests only. */
export function onlyFor(limit: Limit, isFor: IsFor | undefined): Limit {
  const { limit: own } = limit;
  if (isFor === undefined || own === undefined) return limit;
  const limitFor = (ctx: LimitContext) => (typeof own === 'function' ? own(ctx) : own);
  return { ...limit, limit: (ctx) => (isFor(ctx) ? limitFor(ctx) : Number.POSITIVE_INFINITY) };
}

/** A limit of this amount. */
export function limitOf(amount: LimitAmount, terms: Pick<Limit, 'by' | 'name' | 'match'>): Limit {
  return { ...amount, ...terms } as Limit;
}
