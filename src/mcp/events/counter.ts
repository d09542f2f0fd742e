import { CR, LF } from './line-end.ts';
import { LineEnds } from './line-ends.ts';

const COLON = 0x3a;
const DATA = [...Buffer.from('data')];
const BOM = [0xef, 0xbb, 0xbf];

/**
 * Counts the events of an event stream as a reader would dispatch them: a block of lines with at
 * least one `data` field, behind which a blank line has come (HTML standard, "Interpreting an event
 * stream"). Lines end with LF, CR or both; before the first there may be a byte order mark.
 */
export class EventCounter {
  count = 0;
  /** How much of the line's beginning is `data`; -1 where it is something else. */
  #matched = 0;
  #isBlank = true;
  #hasData = false;
  #afterCr = false;
  /** How much of a byte order mark has come; undefined behind the place for one. */
  #ofBom: number | undefined = 0;

  push(chunk: Uint8Array): void {
    const lineEnds = new LineEnds(chunk);
    for (let i = 0; i < chunk.length; i += 1) {
      // Within a line that is no data, or known to be, nothing matters.
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
    // What had begun like one was the beginning of a line after all.
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
