import { hash } from 'node:crypto';
import { within } from '../http/within.ts';
import type { SessionStore } from './session-store.ts';

/** How long a store may take. */
const STORE_TIMEOUT_MS = 250;

/** Whose session is whose. Every call fails where the store does, or takes too long. */
export class OwnedSessions {
  readonly #store: SessionStore;
  readonly #ttlMs: number;

  constructor(store: SessionStore, ttlMs: number) {
    this.#store = store;
    this.#ttlMs = ttlMs;
  }

  /** Whether the session is known, and this owner's. */
  async belongsTo(sessionId: string, owner: string): Promise<boolean> {
    const found = await ask(() => this.#store.get(keyFor(sessionId), this.#ttlMs));
    return found === owner;
  }

  /** Makes a new session this owner's; false where it is another's already. */
  async claim(sessionId: string, owner: string): Promise<boolean> {
    const kept = await ask(() => this.#store.add(keyFor(sessionId), owner, this.#ttlMs));
    return kept === owner;
  }

  async forget(sessionId: string): Promise<void> {
    await ask(() => this.#store.delete(keyFor(sessionId)));
  }
}

async function ask<T>(call: () => T | Promise<T>): Promise<T> {
  return within(STORE_TIMEOUT_MS, call(), 'The session store did not answer in time');
}

/** Who can read the store must not be able to use the sessions in it. */
function keyFor(sessionId: string): string {
  return hash('sha256', sessionId, 'base64url');
}
