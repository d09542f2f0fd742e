import type { Limit, TokenBucket, WindowLimit } from '../../slots/rate-limit/limit.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { RedisLimitValues } from '../table/rate-limit.ts';

/** How much a limit allows, and where it is counted. */
export type LimitAmount =
  | Pick<TokenBucket, 'burst' | 'refill'>
  | Pick<WindowLimit, 'limit' | 'window' | 'store' | 'onStoreError'>;

/** Makes it of a rate, what may come at once, and a time. */
export type AmountMaker = (rate: number, burst: number, everyMs: number) => LimitAmount;

/** A token bucket in this process. */
export function inProcess(rate: number, burst: number, everyMs: number): LimitAmount {
  return { burst: Math.max(1, Math.ceil(burst)), refill: { amount: rate, every: everyMs } };
}

/** A window in a store; undefined where there is none, which is noted. */
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

/** What may come at once, in the time in which as much comes back: no more in the long run than a bucket allows. */
function windowFor(
  rate: number,
  burst: number,
  everyMs: number,
): { readonly limit: number; readonly window: number } {
  const limit = Math.max(1, Math.ceil(burst));
  return { limit, window: Math.ceil((limit * everyMs) / rate) };
}

/** A limit of this much. */
export function limitOf(amount: LimitAmount, terms: Pick<Limit, 'by' | 'name' | 'match'>): Limit {
  return { ...amount, ...terms } as Limit;
}
