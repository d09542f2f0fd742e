import { LinkedMap } from '../../lib/linked-map.ts';
import { plain } from '../../lib/plain-error.ts';
import type { Owner } from './charges.ts';
import type { Entry, EntryKind, LocalHits } from './entry.ts';

/** How many keys are counted at once. */
const MOST_KEYS = 200_000;

/**
 * The part of the free room that one owner may have, 10,000 keys where there are few: the more owners try,
 * the less each gets, so that others always find room.
 */
const SHARE = 1 / 20;

/** How many expired counts are removed at once: other requests wait meanwhile. */
const MOST_SWEPT = 1000;

/**
 * Counts in this process, in one step, without a timer: each request removes expired counts. It never holds
 * more than {@link MOST_KEYS} keys. The keys that one owner can make up are bounded. If there are too many
 * keys of different owners, the one that is far from its limit and was not asked for longest is forgotten; if
 * there is none of those, a new key is not counted.
 */
export class LocalStore {
  readonly #kind: EntryKind;
  /** The entries in the order in which they end; buckets in the order in which they were last asked for. */
  readonly #entries = new LinkedMap<string, Entry>();
  /** The entries that may be forgotten, in the order in which they were last asked for. */
  readonly #light = new LinkedMap<string, Entry>();

  constructor(kind: EntryKind) {
    this.#kind = kind;
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#entries.size;
  }

  /**
   * Counts `weight` under a key. A weight of more than one is not counted where it would go over the limit,
   * and gets the sum that it would have come to.
   *
   * @param owner - Stands for the caller, where one caller can have many keys.
   * @throws where there is no room for a new key.
   */
  add(key: string, weight: number, limit: number, owner?: Owner): LocalHits {
    const now = Date.now();
    this.#sweep(now);
    const entry = this.#known(key, now) ?? this.#begin(key, limit, now, owner);
    // The caller may have another limit by now.
    entry.limit = limit;
    const hits = entry.add(weight, now);
    if (this.#kind.isProlonged) this.#entries.set(entry.key, entry);
    this.#file(entry);
    return hits;
  }

  /**
   * What `add` would give; nothing is counted, and nothing is kept.
   *
   * @throws as `add` does.
   */
  peek(key: string, weight: number, limit: number, owner?: Owner): LocalHits {
    const now = Date.now();
    const entry = this.#current(key, now) ?? this.#ownerOfMany(now, owner?.());
    if (entry !== undefined) return entry.peek(weight, now);
    const { first } = this.#entries;
    const isFull = this.size >= MOST_KEYS && this.#light.first === undefined;
    if (isFull && first !== undefined && first.value.endsAt > now) throw noRoom();
    return this.#kind.make(key, limit, now).peek(weight, now);
  }

  /** Takes back what was counted until `resetTime`, unless that has come. */
  takeBack(key: string, weight: number, resetTime: Date | undefined, owner?: Owner): void {
    // It may have been counted under the key or under its owner.
    const candidates = [key, owner?.() ?? key].map((name) => this.#entries.get(name));
    const entry = candidates.find((candidate) => candidate?.takeBack(weight, resetTime));
    if (entry !== undefined) this.#file(entry);
  }

  #known(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.endsAt > now) return entry;
    this.#forget(key);
    return undefined;
  }

  #current(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.endsAt > now ? entry : undefined;
  }

  /**
   * The owner's entry, where a new key of the owner is counted under it; undefined where the key has its own.
   */
  #ownerOfMany(now: number, owner: string | undefined): Entry | undefined {
    const own = owner === undefined ? undefined : this.#current(owner, now);
    return own !== undefined && this.#hasMany(own) ? own : undefined;
  }

  #hasMany({ begun }: Entry): boolean {
    return begun >= (MOST_KEYS - this.size) * SHARE;
  }

  /** Begins a new key; gives the owner's entry instead where the owner has begun too many keys. */
  #begin(key: string, limit: number, now: number, ownerOf: Owner | undefined): Entry {
    if (ownerOf === undefined) return this.#create(key, limit, now);
    const owner = ownerOf();
    const own = this.#known(owner, now) ?? this.#create(owner, limit, now);
    if (this.#hasMany(own)) return own;
    own.begun += 1;
    this.#file(own);
    return this.#create(key, limit, now);
  }

  #create(key: string, limit: number, now: number): Entry {
    if (this.size >= MOST_KEYS) {
      const { first } = this.#light;
      if (first === undefined) throw noRoom();
      this.#forget(first.key);
    }
    const entry = this.#kind.make(key, limit, now);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Puts an entry among those that may be forgotten, or takes it out. */
  #file(entry: Entry): void {
    if (entry.isLight) this.#light.set(entry.key, entry);
    else this.#light.delete(entry.key);
  }

  #forget(key: string): void {
    this.#entries.delete(key);
    this.#light.delete(key);
  }

  #sweep(now: number): void {
    for (let i = 0; i < MOST_SWEPT; i += 1) {
      const { first } = this.#entries;
      if (first === undefined || first.value.endsAt > now) return;
      this.#forget(first.key);
    }
  }
}

function noRoom(): Error {
  return plain(new Error(`There are ${MOST_KEYS} keys near their limit`));
}
