const EMPTY: Buffer = Buffer.alloc(0);

/** The smallest room that is made. */
const LEAST = 64;

/**
 * Bytes that are held back, in one buffer that grows, however small the pieces are in which they come: a
 * piece of one byte costs Node some 300 bytes. Room is made only for bytes that are there, never for those
 * that were announced.
 */
export class HeldBytes {
  readonly #limit: number;
  readonly #allocate: (size: number) => Buffer;
  #bytes: Buffer = EMPTY;
  length = 0;

  /**
   * Holds `limit` bytes at most, and makes room for no more. Small rooms share memory with other buffers, which is
   * faster. What may wait for a slow reader needs `Buffer.allocUnsafeSlow`: one byte may keep 64 KB otherwise.
   */
  constructor(limit: number, allocate: (size: number) => Buffer = Buffer.allocUnsafe) {
    this.#limit = limit;
    this.#allocate = allocate;
  }

  /** How many bytes of memory they take. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** All of them, without a copy: the caller must not keep the buffer. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** How many bytes of memory they will take together with the next piece. */
  capacityWith(piece: Uint8Array): number {
    const length = this.length + piece.length;
    if (length <= this.capacity) return this.capacity;
    if (this.#mayKeep(piece)) return length;
    // Doubled, so that each byte is copied a few times at most.
    return Math.max(length, Math.min(2 * this.capacity, this.#limit), Math.min(LEAST, this.#limit));
  }

  /** @throws {RangeError} where it is too much. */
  push(piece: Uint8Array): void {
    const length = this.length + piece.length;
    if (length > this.#limit) throw new RangeError(`More than ${this.#limit} bytes would be held`);
    if (this.#mayKeep(piece)) {
      this.#bytes = asBuffer(piece);
    } else {
      this.#makeRoom(this.capacityWith(piece));
      this.#bytes.set(piece, this.length);
    }
    this.length = length;
  }

  /** Gives all of them, and holds none any more. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.length);
    this.#bytes = EMPTY;
    this.length = 0;
    return taken;
  }

  /** A first piece is not copied, unless it would keep other bytes of its memory as well. */
  #mayKeep(piece: Uint8Array): boolean {
    return this.capacity === 0 && hasOwnMemory(piece);
  }

  #makeRoom(capacity: number): void {
    if (capacity === this.capacity) return;
    const grown = this.#allocate(capacity);
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}

/** Whether a piece keeps no other bytes in memory for as long as it is held. */
export function hasOwnMemory({ length, buffer }: Uint8Array): boolean {
  return length === buffer.byteLength;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
