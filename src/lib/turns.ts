import { setImmediate } from 'node:timers/promises';
import type { NowOrLater } from './now-or-later.ts';

/** How many messages are looked at in one turn of the event loop. */
const TURN = 100;

/**
 * A turn of the event loop to wait for, after each hundred messages: a batch may be long, and other requests
 * wait as well.
 */
export function turnAfter(count: number): Promise<void> | undefined {
  return count > 0 && count % TURN === 0 ? setImmediate() : undefined;
}

/**
 * Does something with one item after the other, at once where they are few; `false` ends it. Of many, each
 * hundred has a turn of its own.
 */
export function inTurns<Item>(
  items: readonly Item[],
  step: (item: Item) => boolean,
): NowOrLater<void> {
  if (items.length > TURN) return inManyTurns(items, step);
  for (const item of items) if (!step(item)) return;
}

async function inManyTurns<Item>(
  items: readonly Item[],
  step: (item: Item) => boolean,
): Promise<void> {
  for (const [i, item] of items.entries()) {
    await turnAfter(i);
    if (!step(item)) return;
  }
}

/** How long one turn may be until others get theirs. */
const LONG_MS = 10;

/**
 * Gives turns to other requests where work that takes long, like expressions over much data, is done many
 * times for one request.
 */
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
