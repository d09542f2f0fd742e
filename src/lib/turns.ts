import { setImmediate } from 'node:timers/promises';

/** How many messages are looked at in one turn of the event loop. */
const TURN = 100;

/** What to wait for after so many messages: a batch may be long, and others wait as well. */
export function turnAfter(count: number): Promise<void> | undefined {
  return count % TURN === 0 ? setImmediate() : undefined;
}
