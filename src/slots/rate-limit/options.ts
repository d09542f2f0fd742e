import { hash } from 'node:crypto';
import type { Store } from 'express-rate-limit';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { readDuration } from '../../options/duration.ts';
import { EnforcedLimit, MOST_WEIGHT } from './enforced-limit.ts';
import type { Limit, LimitKey } from './limit.ts';
import { readMatch } from './match.ts';

/** Limits by the place where a request meets them. */
export interface Limits {
  /** Those that need nothing but the address. */
  readonly early: readonly EnforcedLimit[];
  /** Those that need to know who asks, or for what. */
  readonly late: readonly EnforcedLimit[];
  /** Whether one of those needs the message. */
  readonly needsMessage: boolean;
  /** Whether one of their functions is shown the message's arguments. */
  readonly seesArguments: boolean;
}

const KEYS = ['limit', 'window', 'by', 'match', 'weight', 'name', 'store', 'onStoreError'] as const;
const KINDS = ['ip', 'user', 'session', 'tool'];
const STORE_CALLS = ['increment', 'decrement', 'resetKey'] as const;

/** A name stands in quotes in the headers, and in the keys of stores. */
const NAME = /^[\w.-]{1,64}$/;

/** Reads one limit or a list of them; none where there are none. */
export function readLimits(problems: ConfigProblems, path: string, value: unknown): Limits {
  const others: Others = { names: new Set(), windows: new Map() };
  const read = Array.isArray(value)
    ? [...value].map((limit, i) => readLimit(problems, `${path}[${i}]`, limit, others))
    : [readLimit(problems, path, value, others)];
  if (read.length === 0) problems.add(path, value, 'a limit or more; false for none');
  const limits = read.filter((limit) => limit !== undefined);
  const late = limits.filter(({ isLate }) => isLate);
  return {
    early: limits.filter(({ isLate }) => !isLate).map(({ enforced }) => enforced),
    late: late.map(({ enforced }) => enforced),
    needsMessage: late.some(({ needsMessage }) => needsMessage),
    seesArguments: late.some(({ seesArguments }) => seesArguments),
  };
}

/** What the limits of one list may not have in common. */
interface Others {
  readonly names: Set<string>;
  readonly windows: Map<Store, number>;
}

interface ReadLimit {
  readonly enforced: EnforcedLimit;
  readonly isLate: boolean;
  readonly needsMessage: boolean;
  readonly seesArguments: boolean;
}

function readLimit(
  problems: ConfigProblems,
  path: string,
  value: unknown,
  others: Others,
): ReadLimit | undefined {
  if (!problems.keys(path, value, KEYS)) return undefined;
  const at = (key: keyof Limit) => (path === '' ? key : `${path}.${key}`);
  const { limit, window, match, onStoreError = 'deny', ...given } = value as Limit;
  const isCount = Number.isSafeInteger(limit) && limit >= 1;
  if (!isCount) problems.add(at('limit'), limit, 'a whole number from 1');
  const windowMs = readDuration(problems, at('window'), window);
  const by = readKeys(problems, at('by'), given.by);
  const countsTools = by.includes('tool');
  const matches = readMatch(problems, at('match'), match, countsTools);
  const weight = readWeight(problems, at('weight'), given.weight, isCount ? limit : MOST_WEIGHT);
  if (onStoreError !== 'allow' && onStoreError !== 'deny') {
    problems.add(at('onStoreError'), onStoreError, "'allow' or 'deny'");
  }
  const usual = `${nameOf(by)}-${windowMs / 1000}s`;
  const name = readName(problems, at('name'), given.name, others, usual);
  const store = readStore(problems, at('store'), given.store, windowMs, others);
  // What cannot be counted is not built.
  if (!isCount || windowMs === 0) return undefined;

  const isOfMessage = countsTools || matches !== undefined;
  const seesMessage = isOfMessage || weight !== 1;
  const hasFunction = by.some((key) => typeof key === 'function');
  const enforced = new EnforcedLimit({
    name,
    prefix: given.name ?? prefixOf(name, { limit, by, match, weight }),
    limit,
    windowMs,
    store,
    by,
    weight,
    onStoreError,
    matches: isOfMessage
      ? (message) => isCounted(message, countsTools) && matches?.(message) !== false
      : undefined,
  });
  problems.onceAccepted(() => {
    if (store !== undefined) windows.set(store, windowMs);
    enforced.start();
  });
  return {
    enforced,
    isLate: seesMessage || by.some((key) => key !== 'ip'),
    needsMessage: seesMessage || by.includes('session'),
    seesArguments: typeof weight === 'function' || (hasFunction && seesMessage),
  };
}

function readWeight(
  problems: ConfigProblems,
  path: string,
  weight: Limit['weight'] = 1,
  limit: number,
): NonNullable<Limit['weight']> {
  const most = Math.min(limit, MOST_WEIGHT);
  const isWeight = Number.isInteger(weight) && Number(weight) >= 1 && Number(weight) <= most;
  if (typeof weight === 'function' || isWeight) return weight;
  problems.add(path, weight, `a whole number from 1 to ${most}, or a function that gives one`);
  return 1;
}

function isCounted({ method }: McpMessage, countsTools: boolean): boolean {
  return !countsTools || method === 'tools/call';
}

function readKeys(problems: ConfigProblems, path: string, value: Limit['by'] = 'ip'): LimitKey[] {
  const expected = `one of ${KINDS.join(', ')}, or a function`;
  if (Array.isArray(value)) {
    const keys = problems.list(path, value, isKey, expected, { atLeast: 1 });
    if (new Set(keys).size < keys.length) problems.add(path, value, 'a list of different keys');
    return keys;
  }
  if (isKey(value)) return [value];
  problems.add(path, value, `${expected}, or a list of them`);
  return [];
}

function isKey(value: unknown): value is LimitKey {
  return typeof value === 'function' || KINDS.includes(value as string);
}

function nameOf(by: readonly LimitKey[]): string {
  return by.map((key) => (typeof key === 'function' ? 'own' : key)).join('-');
}

/** Limits of one name would be one limit to whoever reads the headers. */
function readName(
  problems: ConfigProblems,
  path: string,
  given: unknown,
  { names }: Others,
  usual: string,
): string {
  let name = usual;
  if (given !== undefined) {
    if (typeof given === 'string' && NAME.test(given) && !names.has(given)) name = given;
    else problems.add(path, given, 'a name of its own, of letters, digits and . _ -');
  }
  for (let n = 2; names.has(name); n += 1) name = `${usual}-${n}`;
  names.add(name);
  return name;
}

/**
 * Without a name of its own, a limit shares its counts with those on the same terms: with itself in
 * other processes. Of functions nothing can be said that another process would say as well.
 */
function prefixOf(name: string, terms: object): string {
  const text = JSON.stringify(terms, (_key, value) =>
    typeof value === 'function' ? 'own' : value,
  );
  return `${name}-${hash('sha256', text, 'base64url').slice(0, 8)}`;
}

/** Windows of stores by their store: it has one only, which the next limit would change. */
const windows = new WeakMap<Store, number>();

function readStore(
  problems: ConfigProblems,
  path: string,
  store: unknown,
  windowMs: number,
  others: Others,
): Store | undefined {
  if (store === undefined) return undefined;
  if (!isStore(store)) {
    const expected = `a store for express-rate-limit, with ${STORE_CALLS.join(', ')}`;
    problems.add(path, store, expected);
    return undefined;
  }
  if (windowMs === 0) return store;
  const known = windows.get(store) ?? others.windows.get(store) ?? windowMs;
  if (known !== windowMs) {
    problems.add(path, store, 'a store of its own: that of a limit with another window was given');
  }
  others.windows.set(store, known);
  return store;
}

function isStore(value: unknown): value is Store {
  if (typeof value !== 'object' || value === null) return false;
  return STORE_CALLS.every((call) => typeof (value as Store)[call] === 'function');
}
