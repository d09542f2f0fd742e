import { CR, LF } from './line-end.ts';
import { LineEnds } from './line-ends.ts';

const COLON = 0x3a;
const DATA = [...Buffer.from('data')];
const BOM = [0xef, 0xbb, 0xbf];

/**
 * Counts the events of an event stream as a reader would dispatch them (HTML standard, "Interpreting an event
 * stream"). An event is a block of lines with at least one `data` field, ended by a blank line. Lines end
 * with LF, CR or both. A byte order mark may stand before the first line.
 */
export class EventCounter {
  count = 0;
  /** How many characters of `data` the line begins with; -1 where the rest of the line does not matter. */
  #matched = 0;
  #isBlank = true;
  #hasData = false;
  #afterCr = false;
  /** How many bytes of a byte order mark have come; undefined once none can come any more. */
  #ofBom: number | undefined = 0;

  push(chunk: Uint8Array): void {
    const lineEnds = new LineEnds(chunk);
    for (let i = 0; i < chunk.length; i += 1) {
      // Once it is clear whether a line is `data`, only the end of the line matters.
      if (this.#matched < 0 && this.#ofBom === undefined) i = lineEnds.nextFrom(i);
      const byte = chunk[i];
      if (byte === undefined) return;
      if (this.#isOfBom(byte)) continue;
      if (byte === LF && this.#afterCr) {
        this.#afterCr = false;
      } else if (byte === LF || byte === CR) {
        this.#endLine();
        this.#afterCr = byte === CR;
      } else {
        this.#afterCr = false;
        this.#isBlank = false;
        if (this.#matched >= 0) this.#match(byte);
      }
    }
  }

  #isOfBom(byte: number): boolean {
    if (this.#ofBom === undefined) return false;
    if (byte === BOM[this.#ofBom]) {
      this.#ofBom = this.#ofBom + 1 < BOM.length ? this.#ofBom + 1 : undefined;
      return true;
    }
    // These bytes looked like a byte order mark, but were the beginning of a line.
    if (this.#ofBom > 0) {
      this.#isBlank = false;
      this.#matched = -1;
    }
    this.#ofBom = undefined;
    return false;
  }

  #match(byte: number): void {
    if (this.#matched < DATA.length) {
      this.#matched = byte === DATA[this.#matched] ? this.#matched + 1 : -1;
      return;
    }
    if (byte === COLON) this.#hasData = true;
    this.#matched = -1;
  }

  #endLine(): void {
    // `data` alone is a field as well, with an empty value.
    if (this.#matched === DATA.length) this.#hasData = true;
    if (this.#isBlank) {
      if (this.#hasData) this.count += 1;
      this.#hasData = false;
    }
    this.#isBlank = true;
    this.#matched = 0;
  }
}
