import type { Entry, EntryKind, LocalHits } from './entry.ts';

/** Counts in a window that begins with the first request. */
class WindowEntry implements Entry {
  readonly key: string;
  limit: number;
  begun = 0;
  partition: string | undefined;
  #totalHits = 0;
  readonly #resetTime: Date;

  constructor(key: string, limit: number, endsAt: number) {
    this.key = key;
    this.limit = limit;
    this.#resetTime = new Date(endsAt);
  }

  get endsAt(): number {
    return this.#resetTime.getTime();
  }

  get isLight(): boolean {
    return this.#totalHits * 2 < this.limit;
  }

  /** A request that is one too many is counted as well, as in the stores of third parties. */
  add(weight: number): LocalHits {
    const hits = this.peek(weight);
    if (weight === 1 || hits.totalHits <= this.limit) this.#totalHits = hits.totalHits;
    return hits;
  }

  peek(weight: number): LocalHits {
    return {
      totalHits: this.#totalHits + weight,
      resetTime: this.#resetTime,
      entry: this,
    };
  }

  /** `resetTime` is the entry's own object: it says whether the request was counted in this window. */
  takeBack(weight: number, resetTime: Date | undefined): boolean {
    if (resetTime !== this.#resetTime) return false;
    this.#totalHits -= weight;
    return true;
  }
}

/** Windows of this length. */
export function windows(windowMs: number): EntryKind {
  return {
    make: (key, limit, now) => new WindowEntry(key, limit, now + windowMs),
    isProlonged: false,
  };
}
