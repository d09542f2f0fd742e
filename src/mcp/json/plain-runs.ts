import { isAscii } from 'node:buffer';

/** Finds where characters of a string in a JSON text end that stand for themselves. */
export interface PlainRuns {
  /**
   * Where the first comes, from there on, that ends the string, begins an escape, or may not be in one; the
   * length of the text where none does.
   */
  endIn(text: string, at: number): number;
}

/** All but a quote, a backslash and control characters (RFC 8259 section 7). */
const PLAIN_RUN = /[ !#-[\]-\uffff]*/y;

/** Any text. A character costs the same whatever it is; twenty of them as much as the call. */
export const IN_ANY_TEXT: PlainRuns = {
  endIn(text, at) {
    PLAIN_RUN.lastIndex = at;
    PLAIN_RUN.test(text);
    return PLAIN_RUN.lastIndex;
  },
};

/** Below it, to look at all of the text for control characters takes longer than is gained. */
const WORTH_A_LOOK = 4096;

/**
 * Those of one text in which all is ASCII. In a long run each of the two characters that matter is looked
 * for once, by a search that takes a fiftieth of the time, where none is a control character. In a text
 * with others it may take ten times as long: V8 looks for one byte, which may be half of each character.
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

/** Finds them in the text that these bytes are. */
export function plainRunsIn(bytes: Uint8Array): PlainRuns {
  return bytes.length >= WORTH_A_LOOK && isAscii(bytes) ? new InAsciiText(bytes) : IN_ANY_TEXT;
}

const SPACE = 0x20;
const SPACES = 0x20202020;
const SIGNS = 0x80808080;

/** Whether a byte is a control character, four at a time. */
function hasControls(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  const before = Math.min(-byteOffset & 3, length);
  const words = new Int32Array(buffer, byteOffset + before, (length - before) >> 2);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number;
    // Of a byte below, and of none else that is ASCII, what is left after that is negative; so may be the
    // one above it then.
    if (((word - SPACES) & ~word & SIGNS) !== 0) return true;
  }
  const isControl = (byte: number) => byte < SPACE;
  const behind = before + 4 * words.length;
  return bytes.subarray(0, before).some(isControl) || bytes.subarray(behind).some(isControl);
}
