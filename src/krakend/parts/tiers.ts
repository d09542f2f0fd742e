import type { Limit } from '../../slots/rate-limit/limit.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { TieredValues, TierValues } from '../table/rate-limit.ts';
import { fromHeader } from './client-key.ts';
import { type AmountMaker, inStore } from './limit-amount.ts';
import { inRedis, type LimitScope, limitsOf } from './limits.ts';

/** Whether a tier matches the value of the header. */
type TierMatch = (value: string | undefined) => boolean;

/** The limits of tiers, of which the first that matches counts; none where there are no tiers. */
export function tiersOf(
  notes: Notes,
  values: TieredValues | undefined,
  scope: LimitScope,
  amountOf: AmountMaker,
  options: KrakendReadOptions,
): Limit[] {
  if (values === undefined) return [];
  const { tier_key: key, tiers = [] } = values;
  if (key === undefined) notes.at('tier_key').refuse('write the header that names the tier');
  if (tiers.length === 0) notes.at('tiers').refuse('write the tiers');
  const matches = tiers.map((tier, i) =>
    readMatch(notes.at('tiers').at(i), tier, tiers.slice(0, i)),
  );
  if (key === undefined) return [];
  warnOfOthers(notes, key, tiers, scope);
  const read = fromHeader(key, scope.plan);
  return tiers.flatMap((tier, i) => {
    const place = notes.at('tiers').at(i);
    const own: LimitScope = {
      ...scope,
      name: `${scope.name}.${i}`,
      isFor(ctx) {
        const value = read(ctx);
        return matches.findIndex((match) => match(value)) === i;
      },
    };
    return ofTier(place, tier, own, amountOf, options);
  });
}

function ofTier(
  notes: Notes,
  { ratelimit: own, ratelimit_redis: shared }: TierValues,
  scope: LimitScope,
  amountOf: AmountMaker,
  options: KrakendReadOptions,
): Limit[] {
  if (own === undefined && shared === undefined) {
    notes.refuse('nothing limits this tier; write ratelimit, or ratelimit_redis');
  }
  const place = notes.at('ratelimit_redis');
  const maker = shared && inStore(place, shared, options);
  return [
    ...(own === undefined ? [] : limitsOf(notes.at('ratelimit'), own, scope, amountOf)),
    ...(shared === undefined || maker === undefined
      ? []
      : limitsOf(place, shared, inRedis(scope), maker)),
  ];
}

function readMatch(
  notes: Notes,
  { tier_value: value = '', tier_value_as: way = 'literal' }: TierValues,
  before: readonly TierValues[],
): TierMatch {
  const isReached = before.every(
    (other) =>
      other.tier_value_as !== '*' && (way !== 'literal' || (other.tier_value ?? '') !== value),
  );
  if (!isReached) notes.refuse('a tier in front of it matches first; put them in another order');
  if (way === '*') return () => true;
  if (way === 'policy') {
    notes
      .at('tier_value_as')
      .refuse('expressions about a tier are not read; write a literal tier for each value');
  }
  if (value === '') notes.at('tier_value').refuse('write the value of the header');
  return (given) => given === value;
}

/** Warns of what the document leaves open, as in KrakenD. */
function warnOfOthers(
  notes: Notes,
  key: string,
  tiers: readonly TierValues[],
  { plan }: LimitScope,
): void {
  if (plan.ofCaller(key) === undefined) {
    notes
      .at('tier_key')
      .warn(
        `any client can write ${key} and so choose its tier; fill it by propagate_claims or propagate_role`,
      );
  }
  if (tiers.at(-1)?.tier_value_as !== '*') {
    notes
      .at('tiers')
      .warn('who has none of these tiers is not limited; write a last one with tier_value_as "*"');
  }
}
