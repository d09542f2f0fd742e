import { type IncrementResponse, MemoryStore, type Options } from 'express-rate-limit';

/**
 * Counts in this process. The store of express-rate-limit gives the entry itself, on which others count
 * until it is looked at: two at once would each see both, and be over a limit of one. Its timer would
 * keep it for ever; here what is over is swept out by whoever comes next.
 */
export class LocalStore extends MemoryStore {
  #sweepAt = 0;

  override init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.windowMs = windowMs;
  }

  override async increment(key: string): Promise<IncrementResponse> {
    const now = Date.now();
    if (now >= this.#sweepAt) {
      this.previous = this.current;
      this.current = new Map();
      this.#sweepAt = now + this.windowMs;
    }
    const counted = super.increment(key);
    const { totalHits, resetTime } = this.current.get(key) ?? (await counted);
    return { totalHits, resetTime };
  }
}
