import { type MessageProblem, parseError } from '../message-problem.ts';
import { IN_ANY_TEXT, type PlainRuns } from './plain-runs.ts';

/** The problem of a text that is not JSON. */
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

/** How many characters are looked at one by one: to call a search costs as much as some dozens of them. */
const SHORT = 32;

/**
 * A run of escapes, each with the characters behind it that stand for themselves. V8 remembers each
 * repetition that it has matched, and has room for some millions of them: so at most 1,000 at a time.
 */
const SHORT_ESCAPES = /(?:\\["\\/bfnrt][ !#-[\]-\uffff]*){1,1000}/y;
/** The same, with escapes by code (`\u0041`) as well. */
const ESCAPES = /(?:\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})[ !#-[\]-\uffff]*){1,1000}/y;

/** Passes over the strings of a JSON text. */
export class StringScan {
  readonly #text: string;
  readonly #runs: PlainRuns;
  /** Whether there were escapes in the last string. */
  hasEscape = false;
  /** Whether one of them is a code (`\u0041`), which can stand for any character. */
  hasCode = false;

  constructor(text: string, runs: PlainRuns = IN_ANY_TEXT) {
    this.#text = text;
    this.#runs = runs;
  }

  /**
   * Passes over the string whose first character is at `start`. Gives the position behind its closing quote.
   */
  passFrom(start: number): number {
    const text = this.#text;
    const far = start + SHORT;
    this.hasEscape = false;
    this.hasCode = false;
    let at = start;
    let char = text.charCodeAt(at);
    while (char !== QUOTE) {
      if (char === BACKSLASH) {
        at = this.#passEscape(at + 1);
        char = text.charCodeAt(at);
      }
      // This loop calls no function: so V8 keeps `at` as an integer, and needs half the time.
      while (at < far && char >= SPACE && char !== QUOTE && char !== BACKSLASH) {
        char = text.charCodeAt(++at);
      }
      if (at >= far) return this.#passRest(at);
      // At the end of the text `char` is NaN, which fails this test as well.
      if (!(char >= SPACE)) throw NOT_JSON;
    }
    return at + 1;
  }

  /** The same from a position within a long string. */
  #passRest(from: number): number {
    const text = this.#text;
    let at = this.#runs.endIn(text, from);
    while (text.charCodeAt(at) === BACKSLASH) {
      this.hasEscape = true;
      this.hasCode ||= text.charCodeAt(at + 1) === LETTER_U;
      const escapes = this.hasCode ? ESCAPES : SHORT_ESCAPES;
      escapes.lastIndex = at;
      if (!escapes.test(text)) throw NOT_JSON;
      at = escapes.lastIndex;
    }
    if (text.charCodeAt(at) !== QUOTE) throw NOT_JSON;
    return at + 1;
  }

  /** Gives where an escape ends; `at` is the position behind its backslash. */
  #passEscape(at: number): number {
    this.hasEscape = true;
    const char = this.#text.charCodeAt(at);
    if (ESCAPED[char] === 1) return at + 1;
    HEX.lastIndex = at + 1;
    if (char !== LETTER_U || !HEX.test(this.#text)) throw NOT_JSON;
    this.hasCode = true;
    return HEX.lastIndex;
  }
}
