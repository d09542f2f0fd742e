import { setImmediate } from 'node:timers/promises';

/** How many messages are looked at in one turn of the event loop. */
const TURN = 100;

/** What to wait for after so many messages: a batch may be long, and others wait as well. */
export function turnAfter(count: number): Promise<void> | undefined {
  return count % TURN === 0 ? setImmediate() : undefined;
}

/** How long one turn may be until others get theirs. */
const LONG_MS = 10;

/** Where what takes long, like expressions over much data, is done many times for one request. */
export class Turns {
  #since = performance.now();

  /** Whether others should get their turn first. */
  get isLong(): boolean {
    return performance.now() - this.#since > LONG_MS;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
