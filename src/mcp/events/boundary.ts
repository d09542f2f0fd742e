const LF = 0x0a;
const CR = 0x0d;

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
    const [third, second, last] = this.#tail;
    if (last !== LF) return false;
    return second === LF || (second === CR && (third === LF || third === CR));
  }
}
