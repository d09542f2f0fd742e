import type { ConfigProblems } from '../../options/config-problems.ts';
import { type Duration, readDuration } from '../../options/duration.ts';
import type { SessionStore } from './session-store.ts';

/** How the gateway remembers the owners of sessions. */
export interface SessionOptions {
  /** Where they are kept. Default: in this process. */
  readonly store?: SessionStore;
  /** How long a session is remembered after its last use; an open stream is use. Default: `'24h'`. */
  readonly ttl?: Duration;
  /**
   * How many sessions are remembered in this process. When there are more, the principal that has the most
   * loses the one that was idle longest. Default: 100,000.
   */
  readonly max?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const CALLS = ['get', 'add', 'delete'] as const;

/** The options, read. */
export interface SessionSettings {
  /** Undefined: in this process. */
  readonly store: SessionStore | undefined;
  readonly ttlMs: number;
  readonly max: number;
}

/** Reads the option; `'bind'` stands for all defaults. */
export function readSessions(
  problems: ConfigProblems,
  value: 'bind' | SessionOptions,
): SessionSettings | undefined {
  const options = value === 'bind' ? {} : value;
  if (typeof options !== 'object' || options === null) {
    problems.addSecret(value, "'bind', false, or { store, ttl, max }");
    return undefined;
  }
  problems.keys(options, ['store', 'ttl', 'max'], "{ ttl: '1h' }");
  const { store, ttl, max = 100_000 } = options;
  if (!Number.isInteger(max) || max < 1) problems.at('max').addNumber(max, 'a number of sessions');
  if (store !== undefined && !CALLS.every((call) => typeof store?.[call] === 'function')) {
    // It may be a URL with a password.
    problems
      .at('store')
      .addSecret(store, `an object with the functions ${CALLS.join(', ')}`, 'wrong_type');
  }
  const ttlMs = ttl === undefined ? DAY_MS : readDuration(problems.at('ttl'), ttl);
  return ttlMs === undefined ? undefined : { store, ttlMs, max };
}
