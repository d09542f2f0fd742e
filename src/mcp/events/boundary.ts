import { CR, LF } from './line-end.ts';

/**
 * Follows the bytes of an event stream to know when it stands between two events: at its start, and
 * after every blank line (HTML standard, "Parsing an event stream"). It looks at the last bytes of a
 * chunk only, whatever its size.
 */
export class EventBoundary {
  /** The last three bytes; a stream that has not begun is as good as behind a blank line. */
  #tail: readonly number[] = [LF, LF, LF];

  /** Takes note of the next bytes of the stream. */
  push(chunk: Uint8Array): void {
    this.#tail = [...this.#tail, ...chunk.subarray(-3)].slice(-3);
  }

  /**
   * Whether something may be put in here without touching an event. After a CR it may not: a LF that
   * belongs to it could follow.
   */
  get isBetweenEvents(): boolean {
    return isBehindBlankLine(this.#tail);
  }

  /**
   * Whether a whole event may be put in here. Behind CR CR it may as well: where lines end with CR
   * alone there is no other place, and to every reader of such lines a LF that still follows is one
   * more blank line.
   */
  get takesEvent(): boolean {
    const [, second, last] = this.#tail;
    return this.isBetweenEvents || (second === CR && last === CR);
  }

  /** Behind how many of the next bytes an event may be put in; undefined where nowhere in them. */
  placeIn(chunk: Uint8Array): number | undefined {
    let tail = this.#tail;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      const [, second = 0, last = 0] = tail;
      // Now that no LF follows, the CR by itself has ended a blank line.
      if (last === CR && byte !== LF && (second === CR || second === LF)) return i;
      tail = [second, last, byte];
      if (byte === LF && isBehindBlankLine(tail)) return i + 1;
    }
    return undefined;
  }
}

function isBehindBlankLine([third, second, last]: readonly number[]): boolean {
  if (last !== LF) return false;
  return second === LF || (second === CR && (third === LF || third === CR));
}
