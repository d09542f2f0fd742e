import { hash } from 'node:crypto';
import type { McpMethod } from '../../mcp/http-methods.ts';
import { isSecretName } from '../../slots/headers/secret-name.ts';
import type { Limit, LimitContext } from '../../slots/rate-limit/limit.ts';
import type { Notes } from '../notes.ts';
import type { LimitValues } from '../table/rate-limit.ts';
import { written } from '../written.ts';
import { fromHeader, fromParams, likeKey } from './client-key.ts';
import type { HeaderPlan } from './header-plan.ts';
import {
  type AmountMaker,
  type IsFor,
  type LimitAmount,
  limitOf,
  onlyFor,
} from './limit-amount.ts';

/** The scope of a limit. */
export interface LimitScope {
  /** The name of the limit. */
  readonly name: string;
  /** Undefined: all methods. */
  readonly method?: McpMethod;
  /** The parameters of the path. */
  readonly params: readonly string[];
  readonly plan: HeaderPlan;
  /** Whether the limit is that of a backend, which KrakenD reads in another way. */
  readonly isBackend?: boolean;
  /** Which requests it is for; undefined: all. */
  readonly isFor?: IsFor;
  /** The path that it is for; undefined: all. */
  readonly path?: string;
}

/**
 * The same scope for a limit in a store. A store counts limits of one name together, those of other paths
 * too, so the name tells the path.
 */
export function inRedis({ name, path, ...scope }: LimitScope): LimitScope {
  const place = path === undefined ? '' : `.${hash('sha256', path, 'hex').slice(0, 8)}`;
  return { ...scope, name: `${name}.redis${place}` };
}

/** What a limit has besides its amount. */
export function termsOf({
  name,
  method,
}: Pick<LimitScope, 'name' | 'method'>): Pick<Limit, 'name' | 'match'> {
  return { name, ...(method !== undefined && { match: { httpMethod: method } }) };
}

/** The limits for all callers together, and for each caller. */
export function limitsOf(
  notes: Notes,
  values: LimitValues,
  scope: LimitScope,
  amountOf: AmountMaker,
): Limit[] {
  const { max_rate: rate = 0, client_max_rate: clientRate = 0, every = 1000 } = values;
  const { isBackend = false } = scope;
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
  const client = { ...scope, name: `${scope.name}.client` };
  const amount = (name: 'capacity' | 'client_capacity', perTime: number, key: string) =>
    amountOf(perTime, capacityOf(notes, name, values[name], perTime), every, key);
  return [
    ...(clientRate > 0
      ? byClient(notes, values, client, amount('client_capacity', clientRate, client.name))
      : []),
    ...(rate > 0
      ? [limitOf(amount('capacity', rate, scope.name), { by: everybody, ...termsOf(scope) })]
      : []),
  ].map((limit) => onlyFor(limit, scope.isFor));
}

const everybody = written(() => 'everybody', { text: "() => 'everybody'" });

/** Notes keys that need another key which is missing, and defaults that not all readers know. */
function checkPairs(notes: Notes, values: LimitValues): void {
  for (const [name, other] of PAIRS) {
    if (values[name] !== undefined && values[other] === undefined) {
      notes.at(name).refuse(`it counts for ${other}, which is not there; write that too`);
    } else if (values[name] !== undefined && values[other] === 0) {
      notes.at(other).warn('0 is no limit, as in KrakenD');
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

/** The limits for each caller. As in KrakenD, a request whose caller cannot be told is refused. */
function byClient(
  notes: Notes,
  { strategy, key }: LimitValues,
  scope: LimitScope,
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
  if (strategy === 'header') checkClientHeader(place, key, scope.plan);
  const read = strategy === 'header' ? fromHeader(key, scope.plan) : fromParams(key);
  const limit = (ctx: LimitContext) => (read(ctx) === undefined ? 0 : Number.POSITIVE_INFINITY);
  const none: Limit = {
    limit: likeKey(read, limit, (key) => `${key} === undefined ? 0 : Number.POSITIVE_INFINITY`),
    window: '1s',
    by: everybody,
    ...terms,
    name: `${scope.name}.none`,
  };
  return [
    limitOf(own, {
      by: likeKey(
        read,
        (ctx) => read(ctx) ?? '',
        (key) => `${key} ?? ''`,
      ),
      ...terms,
    }),
    ...(strategy === 'header' ? [none] : []),
  ];
}

/** Headers in which proxies write the address of the client. Clients can write anything into them. */
const ADDRESS = /^(?:x-)?forwarded(?:-for)?$|(?:-|client)ip(?:v6)?$/i;

/**
 * Notes headers that clients write themselves: a client that writes another value each time is another client
 * each time.
 */
function checkClientHeader(notes: Notes, name: string, plan: HeaderPlan): void {
  if (plan.ofCaller(name) !== undefined || isSecretName(name)) return;
  if (ADDRESS.test(name)) {
    notes.refuse(
      `any client can write ${name}, and KrakenD counts what it writes; write strategy ip, and name router.trusted_proxies`,
    );
  } else {
    notes.warn(
      `any client can write ${name} and so be counted as another; fill it by propagate_claims or propagate_role`,
    );
  }
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
