import { hash } from 'node:crypto';
import { addressKey } from '../../lib/address-key.ts';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { callOwn } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { plain } from '../../lib/plain-error.ts';
import { type User, userKey } from '../user-key.ts';
import type { LimitContext, LimitKey } from './limit.ts';

/** What limits know of a request. */
export interface Caller extends User {
  readonly sessionId: string | undefined;
}

/** Gives the key of a message, by the name in it and the context that functions are shown. */
export type KeyMaker = (name: string | undefined, contextOf: () => LimitContext) => string;

/**
 * Makes the keys of one request; what its messages have in common is worked out once. Keys are JSON, so that
 * no two lists of parts give the same text.
 *
 * @param places - Where each of `by` stands in the configuration.
 */
export function keyMaker(
  by: readonly LimitKey[],
  caller: Caller,
  places: readonly string[],
): KeyMaker {
  const parts = by.map((key, i) => partOf(key, caller, places[i] ?? ''));
  // Most keys are made of one address.
  if (parts.every((part) => typeof part === 'string')) {
    const key = JSON.stringify(parts);
    return () => key;
  }
  return (name, contextOf) =>
    JSON.stringify(parts.map((part) => (typeof part === 'string' ? part : part(name, contextOf))));
}

/** For how many keys the hash is remembered: callers come again, and hashing costs as much as counting. */
const MOST_HASHES = 1000;

/** A key that is longer is hashed each time. */
const LONGEST_REMEMBERED = 256;

/**
 * Makes keys as stores are told them: hashes, because session ids are credentials, stores may be shared,
 * and what a client sends may be long.
 */
export class StoreKeys {
  readonly #prefix: string;
  /** Undefined where a dump of the memory would give a credential away. */
  readonly #known: BoundedMap<string, string> | undefined;

  constructor(prefix: string, by: readonly LimitKey[]) {
    this.#prefix = prefix;
    this.#known = by.some(mayBeSecret) ? undefined : new BoundedMap(MOST_HASHES);
  }

  of(key: string): string {
    const known = this.#known?.get(key);
    if (known !== undefined) return known;
    const made = `${this.#prefix}:${hash('sha256', key, 'base64url')}`;
    if (key.length <= LONGEST_REMEMBERED) this.#known?.set(key, made);
    return made;
  }
}

/** A function may give a text that is secret. */
function mayBeSecret(key: LimitKey): boolean {
  return key === 'session' || typeof key === 'function';
}

/** Whether one caller can have many keys of this kind, because the caller chooses what they are made of. */
export function namesKeys(key: LimitKey): boolean {
  return key !== 'ip' && key !== 'user';
}

function partOf(key: LimitKey, caller: Caller, place: string): string | KeyMaker {
  const { ip, sessionId } = caller;
  if (typeof key === 'function') {
    return (_name, contextOf) => callOwn(place, () => textOf(key(contextOf())));
  }
  if (key === 'tool') return (name) => `tool ${name}`;
  if (key === 'user') return userKey(caller);
  if (key === 'session' && sessionId !== undefined) return `session ${sessionId}`;
  return `ip ${addressKey(ip)}`;
}

/**
 * Takes texts only: other values would give the same key for different callers, such as `[object Object]`.
 */
function textOf(value: unknown): string {
  if (typeof value === 'string') return `own ${value}`;
  notAwaited(value);
  throw plain(new TypeError('A function in `by` of a limit gives a text'));
}
