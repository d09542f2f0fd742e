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

/** How long a session may be on its way from one owner to the next: a few calls to a store. */
const MOVE_MS = 5000;

/** Of how many sessions it is remembered what this process knows of their marks. */
const MOST_MARKED = 10_000;

/** How often a mark of another process is looked for, while a session goes on in this one. */
const BETWEEN_CHECKS_MS = 5000;

/** Where it is kept whose session is whose. */
export class SessionPlaces {
  readonly owners: SessionStore;
  /** Which sessions have ended, as it seems. The same store where processes share one. */
  readonly ended: SessionStore;
  /** Which sessions are moving. The same store again where processes share one. */
  readonly locks: SessionStore;
  /** When this process has marked which, on a clock that never goes back. */
  readonly markedAt: BoundedMap<string, number> = new BoundedMap(MOST_MARKED);
  /** When a mark of another process was last removed; undefined where no other can set one. */
  readonly checkedAt: BoundedMap<string, number> | undefined;

  constructor(owners: SessionStore, ended: SessionStore, locks: SessionStore) {
    this.owners = owners;
    this.ended = ended;
    this.locks = locks;
    this.checkedAt = owners === ended ? new BoundedMap(MOST_MARKED) : undefined;
  }
}

/**
 * Whose session is whose. Every call fails where the store does, or takes too long. An owner is, here, the
 * text of a `Holder`: where a session lives is part of whose it is, and which client began it is not.
 *
 * A session that seems to have ended stays its owner's: an upstream answers 404 for other reasons as
 * well. It is marked under a key of its own, because what a store keeps cannot be changed in one step,
 * and its owner must find it at any moment. The mark by itself gives it to nobody. Only where the
 * upstream gives a marked id to somebody who begins a session does it become theirs.
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

  /** How many this process keeps; undefined: a store does. */
  get known(): number | undefined {
    return this.#owners instanceof MemorySessionStore ? this.#owners.size : undefined;
  }

  /** Who has the session, if it is known; its time begins anew. */
  holderOf(key: string): NowOrLater<string | undefined> {
    return askText(() => this.#owners.get(key, this.ttlMs));
  }

  /** Whether {@link peekHolderOf} can say anything. */
  get canPeek(): boolean {
    return typeof this.#owners.peek === 'function';
  }

  /** Who has the session, if it is known; its time goes on. */
  peekHolderOf(key: string): NowOrLater<string | undefined> {
    return askText(() => this.#owners.peek?.(key));
  }

  /**
   * Makes a session this owner's; false where it is another's already. `mayMove`: whether one that is
   * marked moves from its owner to this one.
   */
  async claim(key: string, owner: string, mayMove: boolean): Promise<boolean> {
    const kept = await this.#add(key, owner);
    if (heldBy(kept) !== heldBy(owner)) return mayMove && this.#move(key, kept, owner);
    await this.#unmark(key);
    return true;
  }

  /** It does not exist any more, for whoever had it. */
  async forget(key: string): Promise<void> {
    await ask(() => this.#owners.delete(key));
  }

  /** It seems to have ended; its owner keeps it. */
  async markEnded(key: string, owner: string): Promise<void> {
    this.#markedAt.set(key, performance.now());
    const marked = heldBy(owner);
    const mark = () => askKept(() => this.#ended.add(markOf(key), marked, this.ttlMs));
    if ((await mark()) === marked) return;
    await this.#unmark(key);
    await mark();
  }

  /**
   * Whether a session that the upstream still knows is marked, as far as this process can tell without
   * asking: of the marks of others it only knows when it last removed one. A request that began before
   * the mark says nothing against it.
   */
  mayBeMarkedInError(key: string, beganAt: number): boolean {
    const markedAt = this.#markedAt.get(key);
    if (markedAt !== undefined) return beganAt >= markedAt;
    if (this.#checkedAt === undefined) return false;
    const checkedAt = this.#checkedAt.get(key) ?? Number.NEGATIVE_INFINITY;
    return performance.now() - checkedAt >= BETWEEN_CHECKS_MS;
  }

  /** It goes on: nobody else may be given it. */
  async unmark(key: string): Promise<void> {
    this.#markedAt.delete(key);
    this.#checkedAt?.set(key, performance.now());
    await this.#unmark(key);
  }

  /** In two processes at once, one of them moves it; the other finds it moved. */
  async #move(key: string, from: string, to: string): Promise<boolean> {
    if (!(await this.#hasEnded(key, from))) return false;
    const lock = hashed(`moving ${key}`);
    const own = randomUUID();
    if ((await askKept(() => this.#locks.add(lock, own, MOVE_MS))) !== own) return false;
    try {
      // Somebody else may have moved it before this process had the lock.
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
 * What a session is known by: its id at its endpoint, because two upstreams may give the same id. A
 * hash, because who can read the store must not be able to use the sessions in it.
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

/** What a store gives for a key is a text that was kept here; anything else is nobody's. */
function askText(call: () => NowOrLater<string | undefined>): NowOrLater<string | undefined> {
  return goOn(ask<unknown>(call), (text) => {
    if (typeof text === 'string') return text;
    notAwaited(text);
    return undefined;
  });
}

/** After `add` something is kept: a store that does not say what has failed. */
async function askKept(call: () => NowOrLater<string>): Promise<string> {
  const kept = await askText(call);
  if (kept !== undefined) return kept;
  throw plain(
    new TypeError('`add` of the session store gave no text: it has to give what is kept'),
  );
}

/** What fails is a rejection, also where the store throws. */
function ask<T>(call: () => NowOrLater<T>): NowOrLater<T> {
  try {
    return within(STORE_TIMEOUT_MS, call(), 'The session store did not answer in time');
  } catch (cause) {
    return Promise.reject(cause);
  }
}
