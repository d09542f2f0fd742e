/** How much is kept of each end; the piece that reaches it is kept whole. */
const ENOUGH_BYTES = 16 * 1024;
const MOST_PIECES = 256;
/** How much of each end is looked at. */
const MOST_LOOKED_AT = 64 * 1024;

const NO_PIECES: Uint8Array[] = [];

/**
 * The beginning and the end of a body that is passed on, for code that has to find out afterwards what was in
 * it. The pieces are kept as they come, without a copy, and bounded in bytes and in number.
 */
export class BodyEnds {
  #head: Uint8Array[] = NO_PIECES;
  #tail: Uint8Array[] = NO_PIECES;
  #headLength = 0;
  #tailLength = 0;
  length = 0;

  /** Takes note of the next bytes, which must not change later. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.length === 0) {
      // Most bodies come in one piece. A list that begins empty is given room for many more.
      this.#head = [piece];
      this.#tail = [piece];
      this.length = this.#headLength = this.#tailLength = piece.length;
      return;
    }
    this.length += piece.length;
    if (this.#headLength < ENOUGH_BYTES && this.#head.length < MOST_PIECES) {
      this.#head.push(piece);
      this.#headLength += piece.length;
    }
    this.#tail.push(piece);
    this.#tailLength += piece.length;
    for (;;) {
      const { length = 0 } = this.#tail[0] ?? {};
      const isEnough = this.#tailLength - length >= ENOUGH_BYTES;
      if (!isEnough && this.#tail.length <= MOST_PIECES) return;
      this.#tail.shift();
      this.#tailLength -= length;
    }
  }

  /** How it begins. */
  first(): Buffer {
    return Buffer.concat(this.#head, Math.min(this.#headLength, MOST_LOOKED_AT));
  }

  /** How it ends, as far as it has come; none of it is in {@link first}. */
  last(): Buffer {
    const others = this.length - Math.min(this.#headLength, MOST_LOOKED_AT);
    let missing = Math.min(this.#tailLength, MOST_LOOKED_AT, others);
    const pieces: Uint8Array[] = [];
    for (let i = this.#tail.length - 1; i >= 0 && missing > 0; i -= 1) {
      const piece = (this.#tail[i] as Uint8Array).subarray(-missing);
      pieces.unshift(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }
}
