import type { Entry, EntryKind, LocalHits } from './entry.ts';

/** What rounding may lose: a bucket that lacks no more than this is full. */
const TOLERANCE = 1 / 1_000_000;

/** A token bucket. A request that is refused takes nothing out of it. */
class BucketEntry implements Entry {
  readonly key: string;
  limit: number;
  begun = 0;
  partition: string | undefined;
  readonly #msPerUnit: number;
  /** Keys that the owner has begun are remembered as long as it takes to fill an empty bucket. */
  readonly #begunUntil: number;
  /** How much was taken out, and has not come back by the time `#at`. */
  #used = 0;
  #at: number;

  constructor(key: string, limit: number, now: number, msPerUnit: number) {
    this.key = key;
    this.limit = limit;
    this.#msPerUnit = msPerUnit;
    this.#begunUntil = now + limit * msPerUnit;
    this.#at = now;
  }

  get endsAt(): number {
    const fullAt = this.#at + this.#used * this.#msPerUnit;
    return this.begun > 0 ? Math.max(fullAt, this.#begunUntil) : fullAt;
  }

  get isLight(): boolean {
    return this.#used * 2 < this.limit;
  }

  add(weight: number, now: number): LocalHits {
    this.#used = this.#usedAt(now);
    this.#at = now;
    const sum = this.#used + weight;
    if (sum <= this.limit + TOLERANCE) this.#used = sum;
    return this.#hits(sum, this.#used, now);
  }

  peek(weight: number, now: number): LocalHits {
    const used = this.#usedAt(now);
    const sum = used + weight;
    return this.#hits(sum, sum <= this.limit + TOLERANCE ? sum : used, now);
  }

  #hits(sum: number, used: number, now: number): LocalHits {
    const resetTime = new Date(Math.ceil(now + used * this.#msPerUnit));
    return { totalHits: Math.ceil(sum - TOLERANCE), resetTime, entry: this };
  }

  /** A clock that was set back gives nothing, and takes nothing. */
  #usedAt(now: number): number {
    const elapsed = Math.max(0, now - this.#at);
    return Math.max(0, this.#used - elapsed / this.#msPerUnit);
  }

  takeBack(weight: number): boolean {
    this.#used = Math.max(0, this.#used - weight);
    return true;
  }
}

/** Buckets that get a unit back in this many milliseconds. */
export function buckets(msPerUnit: number): EntryKind {
  return {
    make: (key, limit, now) => new BucketEntry(key, limit, now, msPerUnit),
    isProlonged: true,
  };
}
