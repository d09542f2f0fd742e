/** Bytes that are held back, however small the pieces in which they come. */
export class HeldBytes {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);
  length = 0;

  /** Never more than `limit` bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws {RangeError} where it is too much. */
  push(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.#limit) throw new RangeError(`More than ${this.#limit} bytes would be held`);
    if (length > this.#bytes.length) {
      // Doubled, so that each byte is copied a few times at most.
      const grown = Buffer.allocUnsafe(Math.max(length, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.length);
    this.length = length;
  }

  /** Gives all of them, and holds none any more. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.length);
    this.#bytes = Buffer.alloc(0);
    this.length = 0;
    return taken;
  }
}
