import { hash, randomUUID } from 'node:crypto';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { plain } from '../../lib/plain-error.ts';
import { within } from '../../lib/within.ts';
import { STORE_TIMEOUT_MS } from '../store-timeout.ts';
import { heldBy } from './holder.ts';
import { MemorySessionStore } from './memory-session-store.ts';
import type { SessionStore } from './session-store.ts';

/** How long a session may take to move from one owner to the next: a few calls to a store. */
const MOVE_MS = 5000;

/** For how many sessions this process remembers what it knows of their marks. */
const MOST_MARKED = 10_000;

/** The time between two looks for a mark of another process, while a session goes on in this one. */
const BETWEEN_CHECKS_MS = 5000;

/** The stores that keep the owners of sessions. */
export class SessionPlaces {
  readonly owners: SessionStore;
  /** The sessions that seem to have ended. The same store where processes share one. */
  readonly ended: SessionStore;
  /** The sessions that are moving. The same store again where processes share one. */
  readonly locks: SessionStore;
  /** When this process has marked each session, on a clock that never goes back. */
  readonly markedAt: BoundedMap<string, number> = new BoundedMap(MOST_MARKED);
  /**
   * When this process last removed a mark of another from each session; undefined where no other can set one.
   */
  readonly checkedAt: BoundedMap<string, number> | undefined;

  constructor(owners: SessionStore, ended: SessionStore, locks: SessionStore) {
    this.owners = owners;
    this.ended = ended;
    this.locks = locks;
    this.checkedAt = owners === ended ? new BoundedMap(MOST_MARKED) : undefined;
  }
}

/**
 * Keeps the owners of sessions. Every call fails where the store does, or takes too long. An owner is, here,
 * the text of a `Holder`: the target where a session lives is part of it, and the client that began the
 * session is not.
 *
 * A session that seems to have ended stays its owner's, because an upstream answers 404 for other reasons as
 * well. It is marked under a key of its own, because a value in a store cannot be changed in one step, and
 * its owner must find it at any moment. The mark alone gives it to no other owner. It moves only if the
 * upstream gives the marked id to another user who begins a session.
 */
export class OwnedSessions {
  readonly ttlMs: number;
  readonly #owners: SessionStore;
  readonly #ended: SessionStore;
  readonly #locks: SessionStore;
  readonly #markedAt: BoundedMap<string, number>;
  readonly #checkedAt: BoundedMap<string, number> | undefined;

  constructor(places: SessionPlaces, ttlMs: number) {
    const { owners, ended, locks, markedAt, checkedAt } = places;
    this.#owners = owners;
    this.#ended = ended;
    this.#locks = locks;
    this.#markedAt = markedAt;
    this.#checkedAt = checkedAt;
    this.ttlMs = ttlMs;
  }

  /** How many sessions this process keeps; undefined: a store does. */
  get known(): number | undefined {
    return this.#owners instanceof MemorySessionStore ? this.#owners.size : undefined;
  }

  /** The holder of the session, if it is known; its time begins anew. */
  holderOf(key: string): NowOrLater<string | undefined> {
    return askText(() => this.#owners.get(key, this.ttlMs));
  }

  /** Whether {@link peekHolderOf} can say anything. */
  get canPeek(): boolean {
    return typeof this.#owners.peek === 'function';
  }

  /** The holder of the session, if it is known; its time goes on. */
  peekHolderOf(key: string): NowOrLater<string | undefined> {
    return askText(() => this.#owners.peek?.(key));
  }

  /**
   * Gives a session to this owner; false where another has it already. `mayMove`: whether a marked session
   * moves from its owner to this one.
   */
  async claim(key: string, owner: string, mayMove: boolean): Promise<boolean> {
    const kept = await this.#add(key, owner);
    if (heldBy(kept) !== heldBy(owner)) return mayMove && this.#move(key, kept, owner);
    await this.#unmark(key);
    return true;
  }

  /** The session does not exist any more: its owner loses it. */
  async forget(key: string): Promise<void> {
    await ask(() => this.#owners.delete(key));
  }

  /** The session seems to have ended; its owner keeps it. */
  async markEnded(key: string, owner: string): Promise<void> {
    this.#markedAt.set(key, performance.now());
    const marked = heldBy(owner);
    const mark = () => askKept(() => this.#ended.add(markOf(key), marked, this.ttlMs));
    if ((await mark()) === marked) return;
    await this.#unmark(key);
    await mark();
  }

  /**
   * Whether a session that the upstream still knows may be marked, as far as this process can tell without
   * asking the store. Of the marks of other processes, it only knows when it last removed one. A request that
   * began before the mark does not show that the mark is wrong.
   */
  mayBeMarkedInError(key: string, beganAt: number): boolean {
    const markedAt = this.#markedAt.get(key);
    if (markedAt !== undefined) return beganAt >= markedAt;
    if (this.#checkedAt === undefined) return false;
    const checkedAt = this.#checkedAt.get(key) ?? Number.NEGATIVE_INFINITY;
    return performance.now() - checkedAt >= BETWEEN_CHECKS_MS;
  }

  /** The session goes on: no other user may be given it. */
  async unmark(key: string): Promise<void> {
    this.#markedAt.delete(key);
    this.#checkedAt?.set(key, performance.now());
    await this.#unmark(key);
  }

  /** If two processes try at once, only the one that has the lock moves the session. */
  async #move(key: string, from: string, to: string): Promise<boolean> {
    if (!(await this.#hasEnded(key, from))) return false;
    const lock = hashed(`moving ${key}`);
    const own = randomUUID();
    if ((await askKept(() => this.#locks.add(lock, own, MOVE_MS))) !== own) return false;
    try {
      // Another process may have moved it before this one had the lock.
      if ((await this.holderOf(key)) === from && (await this.#hasEnded(key, from))) {
        await this.forget(key);
      }
      const isMoved = heldBy(await this.#add(key, to)) === heldBy(to);
      if (isMoved) await this.#unmark(key);
      return isMoved;
    } finally {
      await ask(() => this.#locks.delete(lock));
    }
  }

  async #hasEnded(key: string, owner: string): Promise<boolean> {
    return (await askText(() => this.#ended.get(markOf(key), this.ttlMs))) === heldBy(owner);
  }

  async #unmark(key: string): Promise<void> {
    await ask(() => this.#ended.delete(markOf(key)));
  }

  #add(key: string, owner: string): NowOrLater<string> {
    return askKept(() => this.#owners.add(key, owner, this.ttlMs));
  }
}

/**
 * The key of a session: its id at its endpoint, because two upstreams may give the same id. It is a hash,
 * because a reader of the store must not be able to use the sessions in it.
 */
export function sessionKey(endpoint: string, sessionId: string): string {
  return hashed(JSON.stringify([endpoint, sessionId]));
}

function markOf(key: string): string {
  return hashed(`ended ${key}`);
}

function hashed(text: string): string {
  return hash('sha256', text, 'base64url');
}

/** A store gives a text that was kept here; anything else counts as nothing. */
function askText(call: () => NowOrLater<string | undefined>): NowOrLater<string | undefined> {
  return goOn(ask<unknown>(call), (text) => {
    if (typeof text === 'string') return text;
    notAwaited(text);
    return undefined;
  });
}

/** After `add` a value is kept: a store that does not give it has failed. */
async function askKept(call: () => NowOrLater<string>): Promise<string> {
  const kept = await askText(call);
  if (kept !== undefined) return kept;
  throw plain(
    new TypeError('`add` of the session store gave no text: it has to give what is kept'),
  );
}

/** A failure is a rejection, also where the store throws. */
function ask<T>(call: () => NowOrLater<T>): NowOrLater<T> {
  try {
    return within(STORE_TIMEOUT_MS, call(), 'The session store did not answer in time');
  } catch (cause) {
    return Promise.reject(cause);
  }
}
