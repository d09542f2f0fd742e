import { HeldBytes, hasOwnMemory } from './held-bytes.ts';

/** A piece of at least this length is held as it came. */
const LARGE = 4096;

/** How many bytes of smaller pieces are put into one buffer. */
const BLOCK = 64 * 1024;

const NONE = new Uint8Array();

/**
 * Bytes that are held back until all have come. Large pieces are held as they come, which must not change
 * later, and put together once at the end; small ones go into buffers that grow. Room is made only for
 * bytes that are there, never for those that were announced.
 */
export class HeldPieces {
  readonly #limit: number;
  /** The pieces in front of the buffer that still grows. */
  #pieces: Buffer[] = [];
  #piecesLength = 0;
  #piecesCapacity = 0;
  #growing: HeldBytes;

  /** Holds `limit` bytes at most. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#growing = new HeldBytes(Math.min(BLOCK, limit));
  }

  get length(): number {
    return this.#piecesLength + this.#growing.length;
  }

  /** How many bytes of memory they take. */
  get capacity(): number {
    return this.#piecesCapacity + this.#growing.capacity;
  }

  /** How many bytes of memory they will take together with the next piece. */
  capacityWith(piece: Uint8Array): number {
    if (isHeldAsItIs(piece)) return this.capacity + piece.length;
    if (this.#fits(piece)) return this.#piecesCapacity + this.#growing.capacityWith(piece);
    return this.capacity + this.#blockFor(piece).capacityWith(piece);
  }

  /** @throws {RangeError} where it is too much. */
  push(piece: Uint8Array): void {
    if (this.length + piece.length > this.#limit) {
      throw new RangeError(`More than ${this.#limit} bytes would be held`);
    }
    if (isHeldAsItIs(piece)) {
      this.#endBlock();
      this.#add(Buffer.from(piece.buffer), piece.length);
      return;
    }
    if (!this.#fits(piece)) {
      this.#endBlock();
      this.#growing = this.#blockFor(piece);
    }
    this.#growing.push(piece);
  }

  /** Gives all of them, and holds none any more. */
  take(): Buffer {
    const { length } = this;
    this.#endBlock();
    const pieces = this.#pieces;
    this.drop();
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, length);
  }

  /** Holds none any more. */
  drop(): void {
    this.#pieces = [];
    this.#piecesLength = 0;
    this.#piecesCapacity = 0;
    this.#growing = this.#blockFor(NONE);
  }

  #fits(piece: Uint8Array): boolean {
    return this.#growing.length + piece.length <= BLOCK;
  }

  #endBlock(): void {
    const { capacity } = this.#growing;
    if (capacity === 0) return;
    this.#add(this.#growing.take(), capacity);
    this.#growing = this.#blockFor(NONE);
  }

  #add(piece: Buffer, capacity: number): void {
    this.#pieces.push(piece);
    this.#piecesLength += piece.length;
    this.#piecesCapacity += capacity;
  }

  #blockFor({ length }: Uint8Array): HeldBytes {
    return new HeldBytes(Math.min(Math.max(BLOCK, length), this.#limit));
  }
}

/** Whether a piece is held as it came: not where it would keep other bytes of its memory as well. */
function isHeldAsItIs(piece: Uint8Array): boolean {
  return piece.length >= LARGE && hasOwnMemory(piece);
}
