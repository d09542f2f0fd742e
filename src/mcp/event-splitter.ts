import { HeldBytes } from '../http/held-bytes.ts';

const LF = 0x0a;
const CR = 0x0d;

/**
 * Splits the bytes of an event stream into events, each with the blank line behind it (HTML standard,
 * "Parsing an event stream"). Lines end with LF, CR or both.
 */
export class EventSplitter {
  readonly #held: HeldBytes;
  #isBlank = true;
  #afterCr = false;

  /** No event may be longer than `limit`. */
  constructor(limit: number) {
    this.#held = new HeldBytes(limit);
  }

  /**
   * Takes the next bytes, gives the events that are whole. A LF whose CR ended an event in an earlier
   * chunk comes by itself, because that event could not wait for it.
   *
   * @throws {RangeError} where an event is too long.
   */
  push(chunk: Uint8Array): Buffer[] {
    const events: Buffer[] = [];
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      const endsLine = byte === LF || byte === CR;
      if (byte === LF && this.#afterCr) {
        this.#afterCr = false;
        if (i > start || this.#held.length > 0) continue;
        events.push(this.#take(chunk, start, i + 1));
        start = i + 1;
      } else if (endsLine && this.#isBlank) {
        // The event goes with all of its last line end that is there.
        const hasLf = byte === CR && chunk[i + 1] === LF;
        this.#afterCr = byte === CR && !hasLf;
        if (hasLf) i++;
        events.push(this.#take(chunk, start, i + 1));
        start = i + 1;
      } else {
        this.#afterCr = byte === CR;
        this.#isBlank = endsLine;
      }
    }
    this.#held.push(chunk.subarray(start));
    return events;
  }

  /** What has begun and is not whole. */
  rest(): Buffer {
    return this.#held.take();
  }

  #take(chunk: Uint8Array, start: number, end: number): Buffer {
    this.#held.push(chunk.subarray(start, end));
    return this.#held.take();
  }
}
