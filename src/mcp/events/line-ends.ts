import { CR, LF } from './line-end.ts';

/** Where lines end in a chunk. */
export class LineEnds {
  readonly #chunk: Uint8Array;
  #lf = -1;
  #cr = -1;

  constructor(chunk: Uint8Array) {
    this.#chunk = chunk;
  }

  /** The next position of a LF or CR; the length of the chunk where there is none. */
  nextFrom(position: number): number {
    if (this.#lf < position) this.#lf = this.#find(LF, position);
    if (this.#cr < position) this.#cr = this.#find(CR, position);
    return Math.min(this.#lf, this.#cr);
  }

  #find(byte: number, position: number): number {
    const found = this.#chunk.indexOf(byte, position);
    return found === -1 ? this.#chunk.length : found;
  }
}
