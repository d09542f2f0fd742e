import type { ConfigProblems } from '../../options/config-problems.ts';
import { type Duration, readDuration } from '../../options/duration.ts';
import { MemorySessionStore } from './memory-session-store.ts';
import { OwnedSessions } from './owned-sessions.ts';
import type { SessionStore } from './session-store.ts';

/** How it is remembered whose session is whose. */
export interface SessionOptions {
  /** Where. Default: in this process. */
  readonly store?: SessionStore;
  /** For how long after its last use; an open stream is use. Default: `'24h'`. */
  readonly ttl?: Duration;
  /**
   * How many, in this process. When there are more, the principal that has the most loses the one that
   * was idle longest. Default: 100,000.
   */
  readonly max?: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** How many sessions may be on their way from one owner to the next at once. */
const MOST_MOVING = 10_000;

const CALLS = ['get', 'add', 'delete'] as const;

/** Reads the option; `'bind'` is what all defaults come to. */
export function readSessions(
  problems: ConfigProblems,
  path: string,
  value: 'bind' | SessionOptions,
): OwnedSessions {
  const options = value === 'bind' ? {} : value;
  if (typeof options !== 'object' || options === null) {
    problems.add(path, value, "'bind', false, or { store, ttl, max }");
    return readSessions(problems, path, 'bind');
  }
  problems.keys(path, options, ['store', 'ttl', 'max']);
  const { store, ttl, max = 100_000 } = options;
  if (!Number.isInteger(max) || max < 1) problems.add(`${path}.max`, max, 'a number of sessions');
  if (store !== undefined && !CALLS.every((call) => typeof store?.[call] === 'function')) {
    problems.add(`${path}.store`, store, `an object with the functions ${CALLS.join(', ')}`);
  }
  const ttlMs = ttl === undefined ? DAY_MS : readDuration(problems, `${path}.ttl`, ttl);
  // Each has a store of its own in this process: what has ended must not take the place of what is in
  // use, nor a lock the place of the mark that it is about.
  const place = (most: number) => store ?? new MemorySessionStore(most);
  const places = { owners: place(max), ended: place(max), locks: place(MOST_MOVING) };
  return new OwnedSessions(places, ttlMs);
}
