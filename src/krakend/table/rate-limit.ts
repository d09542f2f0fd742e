import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { amount, anyText, count, flag, listOf, oneOf, text } from '../fields/values.ts';
import { ignored } from '../fields/without-effect.ts';
import { every } from './every.ts';

const HINTS = {
  maxRate: 'max_rate is probably meant',
  clientMaxRate: 'client_max_rate is probably meant',
  rate: 'max_rate is probably meant',
};

/** The values of a limit that are read. */
export type LimitValues = Given<{
  capacity: number;
  client_capacity: number;
  client_max_rate: number;
  every: number;
  key: string;
  max_rate: number;
  strategy: 'ip' | 'header' | 'param';
}>;

/** How many requests all callers together, and each caller, may make. */
export const LIMIT: Field<LimitValues> = object<LimitValues>(
  {
    capacity: count,
    cleanup_period: ignored(),
    cleanup_threads: ignored(),
    client_capacity: count,
    client_max_rate: amount,
    every,
    key: text,
    max_rate: amount,
    num_shards: ignored(),
    strategy: oneOf('ip', 'header', 'param'),
  },
  HINTS,
);

/** The values of the limit of a backend that are read. */
export type BackendLimitValues = Given<{
  capacity: number;
  every: number;
  max_rate: number;
}>;

/** The values of a limit in Redis that are read. */
export type RedisLimitValues = LimitValues &
  Given<{ connection_name: string; connection_pool: string; on_failure_allow: boolean }>;

/** A limit that is counted in Redis. */
export const REDIS_LIMIT: Field<RedisLimitValues> = object<RedisLimitValues>(
  {
    capacity: count,
    client_capacity: count,
    client_max_rate: amount,
    connection_name: text,
    connection_pool: text,
    every,
    key: text,
    max_rate: amount,
    on_failure_allow: flag,
    strategy: oneOf('ip', 'header', 'param'),
  },
  HINTS,
);

/** The limit of a backend, for all callers together. */
export const BACKEND_LIMIT: Field<BackendLimitValues> = object<BackendLimitValues>(
  { capacity: count, every, max_rate: amount },
  HINTS,
);

/** The values of one tier that are read. */
export type TierValues = Given<{
  ratelimit: LimitValues;
  ratelimit_redis: RedisLimitValues;
  tier_value: string;
  tier_value_as: 'literal' | 'policy' | '*';
}>;

/** The values of tiers that are read. */
export type TieredValues = Given<{ tier_key: string; tiers: readonly TierValues[] }>;

/** Limits by a plan that a header names. */
export const TIERED: Field<TieredValues> = object<TieredValues>({
  tier_key: text,
  tiers: listOf(
    object<TierValues>({
      ratelimit: LIMIT,
      ratelimit_redis: REDIS_LIMIT,
      tier_value: anyText,
      tier_value_as: oneOf('literal', 'policy', '*'),
    }),
  ),
});
