import { hash } from 'node:crypto';
import type { Store } from 'express-rate-limit';
import type { McpMethod } from '../../mcp/http-methods.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { LIMIT_HINTS } from '../../options/other-names.ts';
import { pathsIn } from '../../options/paths-in.ts';
import { type BodyNeed, mostOf } from '../body-need.ts';
import { type LimitSettings, MOST_WEIGHT } from './enforced-limit.ts';
import type { Limit, LimitKey } from './limit.ts';
import { type Amount, readAmount } from './read-amount.ts';
import { readMatch } from './read-match.ts';
import { windowOf } from './store-windows.ts';

/** Limits by the place where a request meets them. */
export interface Limits {
  /** The limits that need nothing but the address. */
  readonly early: readonly LimitSettings[];
  /** The limits that need to know the caller or the message. */
  readonly late: readonly LimitSettings[];
  /** How much of the body the late limits need to be read. */
  readonly need: BodyNeed | undefined;
}

const KEYS = [
  'limit',
  'window',
  'burst',
  'refill',
  'by',
  'match',
  'weight',
  'name',
  'store',
  'onStoreError',
] as const;
const KINDS = ['ip', 'user', 'session', 'tool'];
const STORE_CALLS = ['increment', 'decrement', 'resetKey'] as const;

/** A name stands in quotes in the headers, and in the keys of stores. */
const NAME = /^[\w.-]{1,64}$/;

/** Reads one limit or a list of them; none where there are none. */
export function readLimits(problems: ConfigProblems, value: unknown): Limits {
  const others: Others = { names: new Set(), windows: new Map() };
  const read = Array.isArray(value)
    ? [...value].map((limit, i) => readLimit(problems.at(i), limit, others))
    : [readLimit(problems, value, others)];
  if (read.length === 0) problems.add(value, 'a limit or more; false for none', 'missing');
  const limits = read.filter((limit) => limit !== undefined);
  const late = limits.filter(({ isLate }) => isLate);
  return {
    early: limits.filter(({ isLate }) => !isLate).map(({ settings }) => settings),
    late: late.map(({ settings }) => settings),
    need: mostOf(late.map(({ need }) => need)),
  };
}

/** What the limits of one list may not have in common. */
interface Others {
  readonly names: Set<string>;
  readonly windows: Map<Store, number>;
}

interface ReadLimit {
  readonly settings: LimitSettings;
  readonly isLate: boolean;
  readonly need: BodyNeed | undefined;
}

function readLimit(
  problems: ConfigProblems,
  value: unknown,
  others: Others,
): ReadLimit | undefined {
  if (!problems.keys(value, KEYS, "{ limit: 60, window: '1m' }", LIMIT_HINTS)) return undefined;
  const given = value as Limit;
  const { match: matched, onStoreError = 'deny' } = given;
  const amount = readAmount(problems, given);
  const limit = typeof amount?.limit === 'number' ? amount.limit : MOST_WEIGHT;
  const by = readKeys(problems.at('by'), given.by);
  const countsTools = by.includes('tool');
  const match = matched === undefined ? {} : readMatch(problems.at('match'), matched, given, by);
  const weight = readWeight(problems.at('weight'), given.weight, limit);
  if (onStoreError !== 'allow' && onStoreError !== 'deny') {
    problems.at('onStoreError').add(onStoreError, "'allow' or 'deny'");
  }
  const usual = `${nameOf(by)}-${(amount?.windowMs ?? 0) / 1000}s`;
  const name = readName(problems.at('name'), given.name, others, usual);
  const store = readStore(problems.at('store'), given.store, amount, others);
  if (amount === undefined) return undefined;

  const { httpMethods, matcher } = match;
  const isOfMessage = countsTools || matcher !== undefined;
  const seesMessage = isOfMessage || weight !== 1;
  const hasFunction = [...by, amount.limit].some((key) => typeof key === 'function');
  const seesArguments = typeof weight === 'function' || (hasFunction && seesMessage);
  const needsMessage = seesMessage || by.includes('session');
  const need = seesArguments ? 'arguments' : needsMessage ? 'message' : undefined;
  const hasMessages = httpMethods?.includes('POST') !== false;
  return {
    settings: {
      ...amount,
      limitPlace: problems.at('limit').path,
      name,
      prefix: given.name ?? prefixOf(name, { limit: amount.limit, by, match: matched, weight }),
      store,
      by,
      places: pathsIn(problems.at('by'), given.by),
      weight,
      weightPlace: problems.at('weight').path,
      onStoreError,
      isOfMethod: httpMethods && ((method) => httpMethods.includes(asCounted(method))),
      matches: isOfMessage
        ? (message) => isCounted(message, countsTools) && matcher?.matches(message) !== false
        : undefined,
    },
    isLate: seesMessage || hasFunction || by.some((key) => key !== 'ip'),
    need: hasMessages ? need : undefined,
  };
}

function readWeight(
  problems: ConfigProblems,
  weight: Limit['weight'] = 1,
  limit: number,
): NonNullable<Limit['weight']> {
  const most = Math.min(limit, MOST_WEIGHT);
  const isWeight = Number.isInteger(weight) && Number(weight) >= 1 && Number(weight) <= most;
  if (typeof weight === 'function' || isWeight) return weight;
  problems.addNumber(weight, `a whole number from 1 to ${most}, or a function that gives one`);
  return 1;
}

/** Express answers a HEAD by the handler of GET. */
function asCounted(httpMethod: string | undefined): McpMethod {
  return (httpMethod === 'HEAD' ? 'GET' : httpMethod) as McpMethod;
}

function isCounted({ method }: McpMessage, countsTools: boolean): boolean {
  return !countsTools || method === 'tools/call';
}

function readKeys(problems: ConfigProblems, value: Limit['by'] = 'ip'): LimitKey[] {
  const expected = `one of ${KINDS.join(', ')}, or a function`;
  if (Array.isArray(value)) {
    const keys = problems.list(value, isKey, expected, { atLeast: 1 });
    if (new Set(keys).size < keys.length) problems.add(value, 'a list of different keys');
    return keys;
  }
  if (isKey(value)) return [value];
  problems.add(value, `${expected}, or a list of them`);
  return [];
}

function isKey(value: unknown): value is LimitKey {
  return typeof value === 'function' || KINDS.includes(value as string);
}

function nameOf(by: readonly LimitKey[]): string {
  return by.map((key) => (typeof key === 'function' ? 'own' : key)).join('-');
}

/** Two limits of one name would look like one limit to a client that reads the headers. */
function readName(
  problems: ConfigProblems,
  given: unknown,
  { names }: Others,
  usual: string,
): string {
  let name = usual;
  if (given !== undefined) {
    if (typeof given === 'string' && NAME.test(given) && !names.has(given)) name = given;
    else problems.add(given, 'a name of its own, of letters, digits and . _ -');
  }
  for (let n = 2; names.has(name); n += 1) name = `${usual}-${n}`;
  names.add(name);
  return name;
}

/**
 * Without a name of its own, a limit shares its counts with limits on the same terms: with itself in other
 * processes. Each function is written as `own`, because nothing about it is the same in another process.
 */
function prefixOf(name: string, terms: object): string {
  const text = JSON.stringify(terms, (_key, value) =>
    typeof value === 'function' ? 'own' : value,
  );
  return `${name}-${hash('sha256', text, 'base64url').slice(0, 8)}`;
}

function readStore(
  problems: ConfigProblems,
  store: unknown,
  amount: Amount | undefined,
  others: Others,
): Store | undefined {
  if (store === undefined) return undefined;
  const { windowMs, msPerUnit = 0 } = amount ?? {};
  if (msPerUnit > 0) {
    problems.add(
      store,
      'no store with burst and refill, which are counted in this process',
      'conflict',
    );
    return undefined;
  }
  if (!isStore(store)) {
    const expected = `a store for express-rate-limit, with ${STORE_CALLS.join(', ')}`;
    problems.addSecret(store, expected, 'wrong_type');
    return undefined;
  }
  if (windowMs === undefined) return store;
  const known = windowOf(store) ?? others.windows.get(store) ?? windowMs;
  if (known !== windowMs) {
    problems.add(
      store,
      'a store of its own: that of a limit with another window was given',
      'conflict',
    );
  }
  others.windows.set(store, known);
  return store;
}

function isStore(value: unknown): value is Store {
  if (typeof value !== 'object' || value === null) return false;
  return STORE_CALLS.every((call) => typeof (value as Store)[call] === 'function');
}
