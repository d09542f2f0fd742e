import { CR, LF } from './line-end.ts';

/**
 * Follows the bytes of an event stream to know when it stands between two events: at its start, and after
 * every blank line (HTML standard, "Parsing an event stream"). `push` looks at the last three bytes of a
 * chunk only, so that a large chunk costs no more.
 */
export class EventBoundary {
  /** The last three bytes. The start of a stream counts as a place behind a blank line. */
  #third: number = LF;
  #second: number = LF;
  #last: number = LF;

  /** Takes note of the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    const { length } = chunk;
    for (let i = Math.max(0, length - 3); i < length; i++) {
      this.#third = this.#second;
      this.#second = this.#last;
      this.#last = chunk[i] as number;
    }
  }

  /**
   * Whether bytes may be inserted here without touching an event. After a CR they may not: a LF that belongs
   * to it could follow.
   */
  get isBetweenEvents(): boolean {
    return isBehindBlankLine(this.#third, this.#second, this.#last);
  }

  /**
   * Whether a whole event may be inserted here. Behind CR CR it may as well: where lines end with CR alone
   * there is no other place, and every reader of such lines takes a LF that still follows for one more blank
   * line.
   */
  get takesEvent(): boolean {
    return this.isBetweenEvents || (this.#second === CR && this.#last === CR);
  }

  /**
   * The number of bytes of this chunk behind which an event may be inserted; undefined where the chunk has no
   * such place.
   */
  placeIn(chunk: Uint8Array): number | undefined {
    let second = this.#second;
    let last = this.#last;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      // No LF follows, so the CR by itself has ended a blank line.
      if (last === CR && byte !== LF && (second === CR || second === LF)) return i;
      if (byte === LF && isBehindBlankLine(second, last, byte)) return i + 1;
      second = last;
      last = byte;
    }
    return undefined;
  }
}

function isBehindBlankLine(third: number, second: number, last: number): boolean {
  if (last !== LF) return false;
  return second === LF || (second === CR && (third === LF || third === CR));
}
