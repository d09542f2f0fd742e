import { isAscii } from 'node:buffer';

/** Finds where a run of characters that stand for themselves ends, in a string of a JSON text. */
export interface PlainRuns {
  /**
   * The position of the first character from `at` on that ends the string, begins an escape, or may not be in
   * a string; the length of the text where there is none.
   */
  endIn(text: string, at: number): number;
}

/** All but a quote, a backslash and control characters (RFC 8259 section 7). */
const PLAIN_RUN = /[ !#-[\]-\uffff]*/y;

/** For any text. All characters cost the same; twenty of them cost as much as the call. */
export const IN_ANY_TEXT: PlainRuns = {
  endIn(text, at) {
    PLAIN_RUN.lastIndex = at;
    PLAIN_RUN.test(text);
    return PLAIN_RUN.lastIndex;
  },
};

/** In a shorter text or run, looking for control characters in all of the text takes longer than it saves. */
const WORTH_A_LOOK = 4096;

/**
 * For one text that is all ASCII. In a long run without control characters, it looks for the next quote and
 * the next backslash once each, by a search that takes a fiftieth of the time. In a text that is not ASCII
 * this search may take ten times as long: V8 looks for one byte, which may be half of each character.
 */
class InAsciiText implements PlainRuns {
  readonly #bytes: Uint8Array;
  #isPrintable: boolean | undefined;
  #quote = -1;
  #backslash = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  endIn(text: string, at: number): number {
    if (this.#quote < at) this.#quote = find('"', text, at);
    if (this.#backslash < at) this.#backslash = find('\\', text, at);
    const end = Math.min(this.#quote, this.#backslash);
    if (end - at < WORTH_A_LOOK) return IN_ANY_TEXT.endIn(text, at);
    this.#isPrintable ??= !hasControls(this.#bytes);
    return this.#isPrintable ? end : IN_ANY_TEXT.endIn(text, at);
  }
}

function find(char: string, text: string, at: number): number {
  const found = text.indexOf(char, at);
  return found === -1 ? text.length : found;
}

/** Finds the runs in the text that these bytes encode. */
export function plainRunsIn(bytes: Uint8Array): PlainRuns {
  return bytes.length >= WORTH_A_LOOK && isAscii(bytes) ? new InAsciiText(bytes) : IN_ANY_TEXT;
}

const SPACE = 0x20;
const SPACES = 0x20202020;
const SIGNS = 0x80808080;

/** Whether one of the bytes is a control character. Looks at four at a time. */
function hasControls(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const before = Math.min(-byteOffset & 3, length);
  const words = new Int32Array(buffer, byteOffset + before, (length - before) >> 2);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    // The subtraction sets the highest bit of a byte that is below a space. Of other ASCII bytes it does so
    // only for the one above such a byte, by the borrow.
    if (((word - SPACES) & ~word & SIGNS) !== 0) return true;
  }
  const isControl = (byte: number) => byte < SPACE;
  const behind = before + 4 * words.length;
  return bytes.subarray(0, before).some(isControl) || bytes.subarray(behind).some(isControl);
}
