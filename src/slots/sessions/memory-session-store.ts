import { LinkedList, type Place } from '../../lib/linked-list.ts';
import { readHolder } from './holder.ts';
import type { SessionStore } from './session-store.ts';
import { type Share, Shares } from './shares.ts';

interface Entry {
  readonly key: string;
  readonly value: string;
  readonly share: Share<Entry>;
  expiresAt: number;
  inAll: Place<Entry>;
  inShare: Place<Entry>;
}

/**
 * Sessions of this process alone. When there are too many, one that has expired goes; where none has, the
 * owner who has the most loses the one that was idle longest. So no owner can push out the sessions of others
 * by beginning many. Each step takes the same time, however many there are.
 */
export class MemorySessionStore implements SessionStore {
  #max: number;
  readonly #entries = new Map<string, Entry>();
  /** The session that was used longest ago comes first. */
  readonly #all = new LinkedList<Entry>();
  readonly #shares = new Shares<Entry>();

  constructor(max: number) {
    this.#max = max;
  }

  /** How many sessions there are, those included that have expired and were not asked for since. */
  get size(): number {
    return this.#entries.size;
  }

  /** Changes how many sessions there may be. */
  resize(max: number): void {
    this.#max = max;
    while (this.#entries.size > max) this.#makeRoom();
  }

  get(key: string, ttlMs: number): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt <= Date.now()) {
      this.#remove(entry);
      return undefined;
    }
    entry.expiresAt = Date.now() + ttlMs;
    this.#all.putLast(entry.inAll);
    this.#shares.putLast(entry.share, entry.inShare);
    return entry.value;
  }

  peek(key: string): string | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > Date.now() ? entry.value : undefined;
  }

  add(key: string, value: string, ttlMs: number): string {
    const kept = this.get(key, ttlMs);
    if (kept !== undefined) return kept;
    const share = this.#shares.of(readHolder(value).owner);
    const entry = { key, value, share, expiresAt: Date.now() + ttlMs } as Entry;
    entry.inAll = this.#all.add(entry);
    entry.inShare = this.#shares.add(share, entry);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#max) this.#makeRoom();
    return value;
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#remove(entry);
  }

  #makeRoom(): void {
    const oldest = this.#all.first;
    const isOver = oldest !== undefined && oldest.expiresAt <= Date.now();
    const leaving = isOver ? oldest : this.#shares.firstOfLargest;
    if (leaving !== undefined) this.#remove(leaving);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key);
    this.#all.remove(entry.inAll);
    this.#shares.remove(entry.share, entry.inShare);
  }
}
