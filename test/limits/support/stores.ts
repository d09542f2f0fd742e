import { EventEmitter, once } from 'node:events';
import type { IncrementResponse, Options, Store } from 'express-rate-limit';

/** A store that counts, and does as it is told. */
export class TestStore extends EventEmitter implements Store {
  readonly counts: Map<string, number> = new Map();
  readonly calls: string[] = [];
  inits = 0;
  windowMs = 0;
  /** What becomes of the next calls. */
  increments: (key: string) => IncrementResponse | Promise<IncrementResponse> = (key) =>
    this.add(key);

  init({ windowMs }: Options): void {
    this.inits += 1;
    this.windowMs = windowMs;
    this.emit('init');
  }

  /** Until it was initialised so often. */
  async initialised(times: number): Promise<void> {
    while (this.inits < times) await once(this, 'init');
  }

  add(key: string, hits = 1): IncrementResponse {
    const totalHits = (this.counts.get(key) ?? 0) + hits;
    this.counts.set(key, totalHits);
    return { totalHits, resetTime: new Date(Date.now() + this.windowMs) };
  }

  increment(key: string): IncrementResponse | Promise<IncrementResponse> {
    this.calls.push(key);
    this.emit('call');
    return this.increments(key);
  }

  decrement(key: string): void {
    this.add(key, -1);
  }

  resetKey(key: string): void {
    this.counts.delete(key);
  }

  /** The window is over. */
  end(): void {
    this.counts.clear();
  }

  /** Waits until it was called so often. */
  async called(times: number): Promise<void> {
    while (this.calls.length < times) await once(this, 'call');
  }
}
