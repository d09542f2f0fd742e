import { BoundedMap } from '../http/bounded-map.ts';
import type { SessionStore } from './session-store.ts';

interface Entry {
  readonly value: string;
  readonly expiresAt: number;
}

/** Sessions of this process alone; when there are too many, the one that was idle longest goes. */
export class MemorySessionStore implements SessionStore {
  readonly #entries: BoundedMap<string, Entry>;

  constructor(max: number) {
    this.#entries = new BoundedMap(max);
  }

  get(key: string, ttlMs: number): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > Date.now()) return this.#keep(key, entry.value, ttlMs);
    this.#entries.delete(key);
    return undefined;
  }

  add(key: string, value: string, ttlMs: number): string {
    return this.get(key, ttlMs) ?? this.#keep(key, value, ttlMs);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #keep(key: string, value: string, ttlMs: number): string {
    this.#entries.set(key, { value, expiresAt: Date.now() + ttlMs });
    return value;
  }
}
