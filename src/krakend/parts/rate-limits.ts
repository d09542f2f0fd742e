import type { Limit } from '../../slots/rate-limit/limit.ts';
import type { ReadEndpoint } from '../endpoints/read-endpoint.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { LimitValues } from '../table/rate-limit.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { type AmountMaker, inBuckets, inProcess, inStore, limitOf } from './limit-amount.ts';
import { inRedis, type LimitScope, limitsOf, termsOf } from './limits.ts';
import { tiersOf } from './tiers.ts';

/** The limits of all methods of a path. KrakenD counts each method by itself. */
export function rateLimitsOf(
  { group, service, serviceNotes, options, isAlone, inCommon }: Source,
  plan: HeaderPlan,
): Limit[] {
  const at = (name: string) => ({ name, params: [], plan });
  const maker = isAlone ? inProcess : inCommon;
  const tiers = service['qos/ratelimit/tiered'];
  return [
    ...inBoth(serviceNotes, service, 'qos/ratelimit/service', at('service'), maker, options),
    ...tiersOf(
      serviceNotes.at('qos/ratelimit/tiered'),
      tiers,
      at('service.tier'),
      inCommon,
      options,
    ),
    ...group.flatMap((endpoint) => ofEndpoint(endpoint, plan, options)),
  ];
}

function ofEndpoint(
  { method, path, host = '', extra, extraNotes, backend }: ReadEndpoint,
  plan: HeaderPlan,
  options: KrakendReadOptions,
): Limit[] {
  const { 'qos/ratelimit/proxy': ofBackend } = backend.extra;
  const at = (name: string) => ({
    name: `${name}.${method}`,
    method,
    params: path.params,
    path: `${host}${path.route}`,
    plan,
  });
  const tiers = extra['qos/ratelimit/tiered'];
  const rate = extra['auth/api-keys']?.client_max_rate ?? 0;
  const place = backend.extraNotes.at('qos/ratelimit/proxy');
  return [
    ...inBoth(extraNotes, extra, 'qos/ratelimit/router', at('router'), inProcess, options),
    ...tiersOf(extraNotes.at('qos/ratelimit/tiered'), tiers, at('tier'), inBuckets, options),
    ...(ofBackend === undefined
      ? []
      : limitsOf(place, ofBackend, { ...at('proxy'), isBackend: true }, inProcess)),
    ...(rate > 0
      ? [
          limitOf(inProcess(rate, rate, 1000, 'api-keys'), {
            by: 'user',
            ...termsOf(at('api-keys')),
          }),
        ]
      : []),
  ];
}

/** The limits that are counted in this process, and those in Redis. */
function inBoth<K extends string>(
  notes: Notes,
  extra: { readonly [N in K | `${K}/redis`]?: LimitValues | undefined },
  name: K,
  scope: LimitScope,
  inMemory: AmountMaker,
  options: KrakendReadOptions,
): Limit[] {
  const own = extra[name];
  const shared = extra[`${name}/redis` as const];
  const place = notes.at(`${name}/redis`);
  const maker = shared && inStore(place, shared, options);
  return [
    ...(own === undefined ? [] : limitsOf(notes.at(name), own, scope, inMemory)),
    ...(shared === undefined || maker === undefined
      ? []
      : limitsOf(place, shared, inRedis(scope), maker)),
  ];
}
