import { type MessageProblem, parseError } from '../message-problem.ts';
import { IN_ANY_TEXT, type PlainRuns } from './plain-runs.ts';

/** What a text is answered with that is not JSON. */
export const NOT_JSON: MessageProblem = parseError(
  'The body is not JSON; send exactly one JSON document',
);

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

const HEX = /[\dA-Fa-f]{4}/y;
/** What may stand behind a backslash, besides `u`. */
const ESCAPED: Uint8Array = new Uint8Array(128);
for (const char of Buffer.from('"\\/bfnrt')) ESCAPED[char] = 1;

/**
 * After how many characters that stand for themselves the end of their run is searched for, instead of
 * looked for: the call costs as much as some dozens of them.
 */
const LONG_RUN = 32;

/** Passes over the strings of a JSON text. */
export class StringScan {
  readonly #text: string;
  readonly #runs: PlainRuns;
  #longRun = LONG_RUN;
  /** Whether there were escapes in the last string. */
  hasEscape = false;

  constructor(text: string, runs: PlainRuns = IN_ANY_TEXT) {
    this.#text = text;
    this.#runs = runs;
  }

  /** Gives where a string ends, behind its quote, whose first character is there. */
  passFrom(start: number): number {
    const text = this.#text;
    let at = start;
    let hasEscape = false;
    let char = text.charCodeAt(at);
    while (char !== QUOTE) {
      if (char === BACKSLASH) {
        at = this.#passEscape(at + 1);
        hasEscape = true;
        char = text.charCodeAt(at);
        continue;
      }
      const far = at + this.#longRun;
      // Nothing is called in this loop: V8 keeps `at` as an integer, and needs half the time.
      while (at < far && char >= SPACE && char !== QUOTE && char !== BACKSLASH) {
        char = text.charCodeAt(++at);
      }
      if (at === far) {
        at = this.#passRun(at);
        char = text.charCodeAt(at);
      }
      // Nor is there one at the end of the text.
      if (!(char >= SPACE)) throw NOT_JSON;
    }
    this.hasEscape = hasEscape;
    return at + 1;
  }

  /** Where a search gained little, the next run has to be twice as long before it is searched. */
  #passRun(at: number): number {
    const end = this.#runs.endIn(this.#text, at);
    this.#longRun = end - at < LONG_RUN ? 2 * this.#longRun : LONG_RUN;
    return end;
  }

  /** Gives where the escape ends of which that is behind the backslash. */
  #passEscape(at: number): number {
    const char = this.#text.charCodeAt(at);
    if (ESCAPED[char] === 1) return at + 1;
    HEX.lastIndex = at + 1;
    if (char !== LETTER_U || !HEX.test(this.#text)) throw NOT_JSON;
    return HEX.lastIndex;
  }
}
