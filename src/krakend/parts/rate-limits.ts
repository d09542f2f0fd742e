import type { McpMethod } from '../../mcp/http-methods.ts';
import type { Limit } from '../../slots/rate-limit/limit.ts';
import type { ReadEndpoint } from '../endpoints/read-endpoint.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { LimitValues } from '../table/rate-limit.ts';
import { fromHeader, fromParams } from './client-key.ts';
import type { Source } from './config-parts.ts';
import type { HeaderPlan } from './header-plan.ts';
import { type AmountMaker, inProcess, inStore, type LimitAmount, limitOf } from './limit-amount.ts';

/** The limits of all methods of a path. KrakenD counts each by itself. */
export function rateLimitsOf(
  { group, service, serviceNotes, options }: Source,
  plan: HeaderPlan,
): Limit[] {
  const scope = { name: 'service', params: [], plan };
  return [
    ...inBoth(serviceNotes, service, 'qos/ratelimit/service', scope, options),
    ...group.flatMap((endpoint) => ofEndpoint(endpoint, plan, options)),
  ];
}

function ofEndpoint(
  { method, path, extra, extraNotes, backend }: ReadEndpoint,
  plan: HeaderPlan,
  options: KrakendReadOptions,
): Limit[] {
  const { 'qos/ratelimit/proxy': ofBackend } = backend.extra;
  const at = (name: string) => ({ name: `${name}.${method}`, method, params: path.params, plan });
  const rate = extra['auth/api-keys']?.client_max_rate ?? 0;
  const place = backend.extraNotes.at('qos/ratelimit/proxy');
  return [
    ...inBoth(extraNotes, extra, 'qos/ratelimit/router', at('router'), options),
    ...(ofBackend === undefined ? [] : limitsOf(place, ofBackend, at('proxy'), inProcess)),
    ...(rate > 0
      ? [limitOf(inProcess(rate, rate, 1000), { by: 'user', ...termsOf(at('api-keys')) })]
      : []),
  ];
}

/** Those of this process and those in Redis. */
function inBoth<K extends string>(
  notes: Notes,
  extra: { readonly [N in K | `${K}/redis`]?: LimitValues | undefined },
  name: K,
  scope: Scope,
  options: KrakendReadOptions,
): Limit[] {
  const own = extra[name];
  const shared = extra[`${name}/redis` as const];
  const place = notes.at(`${name}/redis`);
  const maker = shared && inStore(place, shared, options);
  return [
    ...(own === undefined ? [] : limitsOf(notes.at(name), own, scope, inProcess)),
    ...(shared === undefined || maker === undefined
      ? []
      : limitsOf(place, shared, { ...scope, name: `${scope.name}.redis` }, maker)),
  ];
}

interface Scope {
  readonly name: string;
  readonly method?: McpMethod;
  readonly params: readonly string[];
  readonly plan: HeaderPlan;
}

function termsOf({ name, method }: Pick<Scope, 'name' | 'method'>): Pick<Limit, 'name' | 'match'> {
  return { name, ...(method !== undefined && { match: { httpMethod: method } }) };
}

function limitsOf(notes: Notes, values: LimitValues, scope: Scope, amountOf: AmountMaker): Limit[] {
  const { max_rate: rate = 0, client_max_rate: clientRate = 0, every = 1000 } = values;
  const isBackend = scope.name.startsWith('proxy');
  checkPairs(notes, values);
  if (!isBackend && every < 1000) {
    notes.at('every').refuse('KrakenD takes less than a second for one second; write 1s, or more');
  }
  if (rate === 0 && clientRate === 0) {
    notes.refuse('KrakenD limits nothing here; write max_rate or client_max_rate');
  }
  if (isBackend && values.capacity === undefined) {
    notes.at('capacity').refuse('KrakenD lets no request pass without it; write how many at once');
  }
  const all =
    rate > 0 && amountOf(rate, capacityOf(notes, 'capacity', values.capacity, rate), every);
  if (clientRate === 0)
    return all === false ? [] : [limitOf(all, { by: everybody, ...termsOf(scope) })];
  const own = amountOf(
    clientRate,
    capacityOf(notes, 'client_capacity', values.client_capacity, clientRate),
    every,
  );
  const client = { ...scope, name: `${scope.name}.client` };
  return [
    ...byClient(notes, values, client, own),
    ...(all === false ? [] : [limitOf(all, { by: everybody, ...termsOf(scope) })]),
  ];
}

function everybody(): string {
  return 'everybody';
}

/** What counts for something that is not there, or has a default that not everybody knows. */
function checkPairs(notes: Notes, values: LimitValues): void {
  for (const [name, other] of PAIRS) {
    if (values[name] !== undefined && values[other] === undefined) {
      notes.at(name).refuse(`it counts for ${other}, which is not there; write that too`);
    }
  }
  if (values.every === undefined) notes.at('every').warn('without it, rates are for each second');
}

const PAIRS = [
  ['capacity', 'max_rate'],
  ['client_capacity', 'client_max_rate'],
  ['strategy', 'client_max_rate'],
  ['key', 'strategy'],
] as const;

/** How callers are told apart; where a caller cannot be told, nothing is let pass, as in KrakenD. */
function byClient(
  notes: Notes,
  { strategy, key }: LimitValues,
  scope: Scope,
  own: LimitAmount,
): Limit[] {
  const terms = termsOf(scope);
  const place = notes.at('key');
  if (strategy === undefined) {
    notes
      .at('strategy')
      .refuse('KrakenD counts nothing for clients without it; write ip, header or param');
    return [];
  }
  if (strategy === 'ip') {
    if (key !== undefined && key.toLowerCase() !== 'x-forwarded-for') {
      place.refuse(
        'any client could write this header; take it out, and name router.trusted_proxies',
      );
    }
    return [limitOf(own, { by: 'ip', ...terms })];
  }
  if (key === undefined) {
    place.refuse(
      `write the ${strategy === 'header' ? 'header' : 'parameter'} that tells clients apart`,
    );
    return [];
  }
  if (strategy === 'param' && !scope.params.includes(key)) {
    place.refuse(`the endpoint has no parameter {${key}}`);
    return [];
  }
  const read = strategy === 'header' ? fromHeader(key, scope.plan) : fromParams(key);
  const none: Limit = {
    limit: (ctx) => (read(ctx) === undefined ? 0 : Number.POSITIVE_INFINITY),
    window: '1s',
    by: everybody,
    ...terms,
    name: `${scope.name}.none`,
  };
  return [
    limitOf(own, { by: (ctx) => read(ctx) ?? '', ...terms }),
    ...(strategy === 'header' ? [none] : []),
  ];
}

function capacityOf(notes: Notes, name: string, given: number | undefined, rate: number): number {
  if (given !== undefined && given > 0) return given;
  const whole = Math.max(1, Math.ceil(rate));
  notes
    .at(name)
    .warn(
      `without it, ${whole} may come at once here; KrakenD lets as many at once as come back in a second`,
    );
  return whole;
}
