import type { SessionStore } from './session-store.ts';

interface Entry {
  readonly value: string;
  readonly expiresAt: number;
}

/** Sessions of this process alone; when there are too many, the one that was idle longest goes. */
export class MemorySessionStore implements SessionStore {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string, ttlMs: number): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= Date.now()) return undefined;
    this.#entries.set(key, { value: entry.value, expiresAt: Date.now() + ttlMs });
    return entry.value;
  }

  add(key: string, value: string, ttlMs: number): string {
    const kept = this.get(key, ttlMs);
    if (kept !== undefined) return kept;
    if (this.#entries.size >= this.#max) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, { value, expiresAt: Date.now() + ttlMs });
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
