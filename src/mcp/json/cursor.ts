import { parseError } from '../message-problem.ts';
import type { PlainRuns } from './plain-runs.ts';
import { NOT_JSON, StringScan } from './string-scan.ts';

/** How deep a document may be nested. Many readers recurse, and would overflow their stack. */
export const MAX_DEPTH = 256;

const TOO_DEEP = parseError(`The JSON is nested too deeply; use at most ${MAX_DEPTH} levels`);

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Reads a JSON text (RFC 8259) from its start. It passes over white space before each token. Throws a
 * `MessageProblem` where the text is not JSON, or nested too deeply.
 */
export class JsonCursor {
  readonly #text: string;
  readonly #strings: StringScan;
  #at = 0;
  #depth = 0;
  /** The closing character of each array and object that is open. */
  readonly #closers: number[] = [];

  constructor(text: string, runs?: PlainRuns) {
    this.#text = text;
    this.#strings = new StringScan(text, runs);
  }

  isAtObject(): boolean {
    return this.#peek() === OPEN_BRACE;
  }

  isAtArray(): boolean {
    return this.#peek() === OPEN_BRACKET;
  }

  isAtString(): boolean {
    return this.#peek() === QUOTE;
  }

  /** Where the next value begins. */
  start(): number {
    this.#peek();
    return this.#at;
  }

  /** The position behind what was read last. */
  get position(): number {
    return this.#at;
  }

  /** The text from `start` to the current position. */
  since(start: number): string {
    return this.#text.slice(start, this.#at);
  }

  /** Throws unless the text ends here. */
  end(): void {
    if (!Number.isNaN(this.#peek())) throw NOT_JSON;
  }

  /** Goes into an object; gives whether it has a member. */
  openObject(): boolean {
    return this.#open(CLOSE_BRACE);
  }

  /** Goes to the next member; gives whether there is one. */
  nextMember(): boolean {
    return this.#next(CLOSE_BRACE);
  }

  /** Goes into an array; gives whether it has an item. */
  openArray(): boolean {
    return this.#open(CLOSE_BRACKET);
  }

  /** Goes to the next item; gives whether there is one. */
  nextItem(): boolean {
    return this.#next(CLOSE_BRACKET);
  }

  /** Reads a member's name. */
  name(): string {
    if (!this.isAtString()) throw NOT_JSON;
    const name = this.string();
    this.#colon();
    return name;
  }

  /**
   * Passes over a string that begins here; gives whether it has escapes, and whether one of them is a code
   * (`\u0041`).
   */
  skipString(): { readonly hasEscape: boolean; readonly hasCode: boolean } {
    this.#skipString();
    return this.#strings;
  }

  /** Reads the string that was passed over last, and that began at `start`. */
  stringSince(start: number): string {
    return this.#strings.hasEscape
      ? (JSON.parse(this.since(start)) as string)
      : this.#text.slice(start + 1, this.#at - 1);
  }

  /** Reads a string that begins here. */
  string(): string {
    const start = this.#at;
    this.#skipString();
    return this.stringSince(start);
  }

  /** Reads a number, `true`, `false` or `null`. */
  scalar(): number | boolean | null {
    const start = this.#at;
    const word = this.#skipScalar();
    return word === undefined ? Number(this.since(start)) : (WORDS.get(word) as boolean | null);
  }

  /** How many arrays and objects are open. */
  get depth(): number {
    return this.#depth;
  }

  /** Passes over a value. */
  skip(): void {
    const depth = this.#depth;
    while (!this.pass(depth));
  }

  /**
   * Passes over a value, or goes into it where it holds others. Gives whether all arrays and objects deeper
   * than `depth` are closed, so that a long value can be passed over bit by bit.
   */
  pass(depth: number): boolean {
    const char = this.#peek();
    if (char === OPEN_BRACE) {
      if (this.openObject()) return this.#passName();
    } else if (char === OPEN_BRACKET) {
      if (this.openArray()) return false;
    } else if (char === QUOTE) this.#skipString();
    else this.#skipScalar();
    while (this.#depth > depth) {
      const close = this.#closers[this.#depth - 1] as number;
      if (this.#next(close)) return close === CLOSE_BRACE ? this.#passName() : false;
    }
    return true;
  }

  #passName(): false {
    if (!this.isAtString()) throw NOT_JSON;
    this.#skipString();
    this.#colon();
    return false;
  }

  /** The code of the next character that is not white space, or NaN at the end. */
  #peek(): number {
    let char = this.#text.charCodeAt(this.#at);
    while (char <= SPACE && (char === SPACE || char === 0x0a || char === 0x0d || char === 0x09)) {
      char = this.#text.charCodeAt(++this.#at);
    }
    return char;
  }

  #open(close: number): boolean {
    if (this.#depth === MAX_DEPTH) throw TOO_DEEP;
    this.#closers[this.#depth++] = close;
    this.#at++;
    if (this.#peek() !== close) return true;
    this.#close();
    return false;
  }

  #next(close: number): boolean {
    const char = this.#peek();
    if (char === COMMA) {
      this.#at++;
      return true;
    }
    if (char !== close) throw NOT_JSON;
    this.#close();
    return false;
  }

  #close(): void {
    this.#depth--;
    this.#at++;
  }

  #colon(): void {
    if (this.#peek() !== COLON) throw NOT_JSON;
    this.#at++;
  }

  #skipString(): void {
    this.#at = this.#strings.passFrom(this.#at + 1);
  }

  /** Passes over a scalar. Gives the word where it is `true`, `false` or `null`; undefined for a number. */
  #skipScalar(): string | undefined {
    const text = this.#text;
    NUMBER.lastIndex = this.#at;
    if (NUMBER.test(text)) {
      this.#at = NUMBER.lastIndex;
      return undefined;
    }
    for (const word of WORDS.keys()) {
      if (!text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return word;
    }
    throw NOT_JSON;
  }
}
