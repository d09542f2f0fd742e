import { JsonCursor } from '../json/cursor.ts';
import { detached } from '../json/detached.ts';
import { FoldedNames } from '../json/folding.ts';
import type { JsonObject } from '../json/json-object.ts';
import { type LateText, lateText } from '../json/late-text.ts';
import { plainRunsIn } from '../json/plain-runs.ts';
import { isSoundText } from '../json/sound-text.ts';
import { INEXACT, isInexact, UNSOUND } from '../json/unclear.ts';
import { invalidRequest, type MessageProblem } from '../message-problem.ts';
import type { Frame } from './frame.ts';
import { MAX_OBJECTS, MAX_VALUES } from './known-members.ts';
import type { Level } from './level.ts';
import { ListFrame } from './list-frame.ts';
import { ObjectFrame } from './object-frame.ts';

const TOO_MANY_OBJECTS = invalidRequest(
  `Too many objects are in the body; use at most ${MAX_OBJECTS}`,
);
const TOO_MANY_VALUES = invalidRequest(
  `Too many values are in the body; use at most ${MAX_VALUES}`,
);

/** How much is read in one turn of the event loop: some milliseconds. */
const VALUES_A_TURN = 4_000;
/** How many characters take as long to read as one value takes to build. */
const CHARACTERS_A_VALUE = 64;

/** A document of at least this size is not kept in memory for a part of it. */
const LARGE = 16 * 1024;
/** V8 itself copies shorter parts. */
const SHORTEST_PART = 13;

/** A text in arguments of at least this length is made at its first read. */
const LATE = 4096;
/** How many short texts of arguments are copied: to copy all would cost more than to keep the document. */
const MAX_COPIES = 1_000;

/** All empty objects: a megabyte has room for 300,000. */
const EMPTY: JsonObject = Object.freeze(Object.create(null));
/** All empty lists. */
const EMPTY_LIST: readonly unknown[] = Object.freeze([]);

/** Stands for a value that has not ended. */
const OPEN: unique symbol = Symbol('open');

/** A scalar and its source text. */
export interface Written {
  readonly value: unknown;
  readonly source: string;
}

interface Passed {
  /** The depth at which the value ends. */
  readonly depth: number;
  readonly as: unknown;
}

/**
 * Builds values as `JSON.parse` does, but judges their member names, and guards what it has built against
 * being misread. Its objects have no prototype, so that an absent member of any name reads as `undefined`. It
 * passes over values that no rule needs. It can stop in the middle of a value, however large or deep, and go
 * on later.
 */
export class JsonReader extends JsonCursor {
  /** The first problem with a name of the value itself, which is an object. */
  ownProblem: MessageProblem | undefined;
  /** The first problem with a name further in. */
  innerProblem: MessageProblem | undefined;
  readonly #names = new FoldedNames();
  #frame: Frame | undefined;
  /** How the value that has begun is read. */
  #level: Level | undefined;
  /** What is being passed over. */
  #passed: Passed | undefined;
  #value: unknown;
  #objects = 0;
  #values = 0;
  #left = VALUES_A_TURN;
  readonly #isLarge: boolean;
  readonly #bytes: Uint8Array;
  readonly #text: string;
  #copies = 0;
  /** A position in the text, and the same position in the bytes. */
  #textAt = 0;
  #byteAt = 0;

  /** Reads the text that these bytes are. */
  constructor(text: string, bytes: Uint8Array) {
    super(text, plainRunsIn(bytes));
    this.#bytes = bytes;
    this.#text = text;
    this.#isLarge = text.length >= LARGE;
  }

  /** Begins with the value that comes next. */
  begin(level: Level): void {
    this.ownProblem = undefined;
    this.innerProblem = undefined;
    this.#level = level;
  }

  /** Reads on; gives whether the value has ended. If not, the turn is over: other work has to be let in. */
  read(): boolean {
    while (this.#left-- > 0) {
      const from = this.position;
      const value = this.#passed === undefined ? this.#begin() : this.#pass(this.#passed);
      const hasEnded = value !== OPEN && this.#put(value);
      this.#left -= Math.floor((this.position - from) / CHARACTERS_A_VALUE);
      if (hasEnded) return true;
    }
    this.#left = VALUES_A_TURN;
    return false;
  }

  /** The value that has ended. */
  get value(): unknown {
    return this.#value;
  }

  /** Reads a value that holds no others, or goes into it. */
  #begin(): unknown {
    const level = this.#frame?.next ?? (this.#level as Level);
    const isObject = this.isAtObject();
    if (!isObject && !this.isAtArray()) return this.#scalar(level);
    const { passed } = level;
    if (passed === undefined) return isObject ? this.#openObject(level) : this.#openList(level);
    const { depth } = this;
    if (!isObject && level.expects === 'object' && !this.openArray()) return undefined;
    return this.#pass({ depth, as: passed.as });
  }

  #openObject(level: Level): unknown {
    this.#count();
    if (!this.openObject()) return EMPTY;
    if (++this.#objects > MAX_OBJECTS) throw TOO_MANY_OBJECTS;
    const frame = new ObjectFrame(this.#frame, level, this.#note);
    this.#frame = frame;
    frame.begin(this.name(), this.#names);
    return OPEN;
  }

  #openList(level: Level): unknown {
    this.#count();
    if (!this.openArray()) return level.expects === 'object' ? undefined : EMPTY_LIST;
    this.#frame = new ListFrame(this.#frame, level);
    return OPEN;
  }

  #pass(passed: Passed): unknown {
    const hasEnded = this.pass(passed.depth);
    this.#passed = hasEnded ? undefined : passed;
    return hasEnded ? passed.as : OPEN;
  }

  #scalar(level: Level): unknown {
    if (level.passed === undefined) this.#count();
    const start = this.start();
    const value = this.isAtString() ? this.#string(level, start) : this.scalar();
    if (typeof value === 'function') return value;
    if (level.isWritten) return this.#written(value, start);
    if (typeof value === 'string') {
      return this.#clearText(this.#keepsText(level, value) ? value : this.#alone(value), start);
    }
    if (value === null) return level.expects === 'object' ? undefined : null;
    // Most values are safe integers, or no numbers.
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    return isInexact(value, this.since(start)) ? INEXACT : value;
  }

  /** Items of a list cannot be late, because the list is plain; nor can a text that may be unclear. */
  #string(level: Level, start: number): string | LateText {
    const { hasEscape, hasCode } = this.skipString();
    const isLate = level.isPart && !hasCode && this.position - start >= LATE;
    if (!isLate || !(this.#frame instanceof ObjectFrame)) return this.stringSince(start);
    const from = this.#byteOf(start + 1);
    return lateText(this.#bytes.subarray(from, this.#byteOf(this.position - 1)), hasEscape);
  }

  /** The position in the bytes. Positions have to be asked for in ascending order. */
  #byteOf(position: number): number {
    const isAscii = this.#text.length === this.#bytes.length;
    if (isAscii) return position;
    this.#byteAt += Buffer.byteLength(this.#text.slice(this.#textAt, position));
    this.#textAt = position;
    return this.#byteAt;
  }

  /** Whether a text may stay a part of the document and keep it in memory. */
  #keepsText({ isPart }: Level, { length }: string): boolean {
    return isPart === true && (length >= LATE || ++this.#copies > MAX_COPIES);
  }

  /**
   * Puts a value into the array or object around it. If it was the last value there, that array or object has
   * ended and is put into the one around it, and so on. Gives whether the outermost value has ended.
   */
  #put(ended: unknown): boolean {
    let value = ended;
    for (let frame = this.#frame; frame !== undefined; frame = this.#frame) {
      frame.put(value);
      if (frame instanceof ObjectFrame) {
        if (this.nextMember()) {
          frame.begin(this.name(), this.#names);
          return false;
        }
      } else if (this.nextItem()) return false;
      value = frame.close();
      this.#frame = frame.outer;
    }
    this.#value = value;
    return true;
  }

  /** Only an escape can hold half of a surrogate pair, or NUL; it makes the source longer than the value. */
  #clearText(value: string, start: number): unknown {
    const hasEscape = this.position - start > value.length + 2;
    return hasEscape && !isSoundText(value) ? UNSOUND : value;
  }

  #written(value: string | number | boolean | null, start: number): Written {
    const source = this.#alone(this.since(start));
    return { value: typeof value === 'string' ? this.#alone(value) : value, source };
  }

  /** A text that keeps no large document in memory. */
  #alone(text: string): string {
    return this.#isLarge && text.length >= SHORTEST_PART ? detached(text) : text;
  }

  #count(): void {
    if (++this.#values > MAX_VALUES) throw TOO_MANY_VALUES;
  }

  readonly #note = (problem: MessageProblem, isOwn: boolean): void => {
    if (isOwn) this.ownProblem ??= problem;
    else this.innerProblem ??= problem;
  };
}
