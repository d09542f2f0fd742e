import { CR, LF } from './line-end.ts';
import { LineEnds } from './line-ends.ts';

/**
 * Finds where events end in the bytes of an event stream: behind their blank line (HTML standard,
 * "Parsing an event stream"). Lines end with LF, CR or both.
 */
export class EventEnds {
  #isBlank = true;
  #afterCr = false;
  /** Whether an event has begun in an earlier chunk. */
  #isBegun = false;

  /**
   * The positions in this chunk behind which an event ends. Where a CR ended an event in an earlier chunk,
   * its LF comes as a piece of its own, because that event could not wait for it.
   */
  push(chunk: Uint8Array): number[] {
    const ends: number[] = [];
    const lineEnds = new LineEnds(chunk);
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      const endsLine = byte === LF || byte === CR;
      if (byte === LF && this.#afterCr) {
        this.#afterCr = false;
        if (i > start || (start === 0 && this.#isBegun)) continue;
        start = i + 1;
        ends.push(start);
      } else if (endsLine && this.#isBlank) {
        // The event includes its last line end, as far as that is in this chunk.
        const hasLf = byte === CR && chunk[i + 1] === LF;
        this.#afterCr = byte === CR && !hasLf;
        if (hasLf) i++;
        start = i + 1;
        ends.push(start);
      } else {
        this.#afterCr = byte === CR;
        this.#isBlank = endsLine;
        // Within a line only its end matters.
        if (!endsLine) i = lineEnds.nextFrom(i + 1) - 1;
      }
    }
    this.#isBegun = start < chunk.length || (start === 0 && this.#isBegun);
    return ends;
  }
}
