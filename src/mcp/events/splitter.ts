import { HeldBytes } from '../../http/held-bytes.ts';
import { EventEnds } from './event-ends.ts';

/** Splits the bytes of an event stream into events, each with the blank line behind it. */
export class EventSplitter {
  readonly #held: HeldBytes;
  readonly #ends = new EventEnds();

  /** No event may be longer than `limit`. */
  constructor(limit: number) {
    this.#held = new HeldBytes(limit);
  }

  /**
   * Takes the next bytes and returns the events that are complete.
   *
   * @throws {RangeError} where an event is too long.
   */
  push(chunk: Uint8Array): Buffer[] {
    let start = 0;
    const events = this.#ends.push(chunk).map((end) => {
      this.#held.push(chunk.subarray(start, end));
      start = end;
      return this.#held.take();
    });
    this.#held.push(chunk.subarray(start));
    return events;
  }

  /** The bytes of an event that has begun and is not complete. */
  rest(): Buffer {
    return this.#held.take();
  }
}
