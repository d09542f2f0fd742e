import {
  FoldedNames,
  isFolded,
  MAX_FOLD_LENGTH,
  MAX_FOLDED_CHARACTERS,
  MAX_FOLDS,
} from './folding.ts';
import { INEXACT, isInexact } from './inexact.ts';
import { JsonCursor } from './json-cursor.ts';
import type { JsonObject } from './json-object.ts';
import { type KnownMembers, MAX_MEMBERS, MAX_OBJECTS } from './known-members.ts';
import { invalidRequest, type MessageProblem } from './message-problem.ts';
import { isSoundText } from './sound-text.ts';

const REPEATED = invalidRequest('A member name is repeated; send each name once');
const ALIKE = invalidRequest(
  'Two member names differ only in case or in characters that some servers ignore; send one of them',
);
const TOO_MANY_FOLDS = invalidRequest(
  `Too many or too long member names are not in lower-case ASCII; use at most ${MAX_FOLDS} different \
ones, of ${MAX_FOLD_LENGTH} characters each and ${MAX_FOLDED_CHARACTERS} in all`,
);
const TOO_MANY_MEMBERS = invalidRequest(
  `The message, its params, _meta or ref has too many members; use at most ${MAX_MEMBERS}`,
);
const TOO_MANY_OBJECTS = invalidRequest(
  `Too many objects are in the body; use at most ${MAX_OBJECTS}`,
);
const UNSOUND = invalidRequest('A member name contains NUL or half of a surrogate pair');

/** All empty objects: a megabyte has room for 300,000. */
const EMPTY: JsonObject = Object.freeze(Object.create(null));

/** What an object is in a message: which names are known in it, and how its members are read. */
export interface Level {
  readonly members: KnownMembers | undefined;
  /** Reads or skips the value of the member. */
  readonly read: (reader: JsonReader, name: string) => unknown;
}

/** A value and its source text. */
export interface Written {
  readonly value: unknown;
  readonly source: string;
}

/**
 * Builds values as `JSON.parse` does, but judges the member names in them, and gives objects no
 * prototype, so that what is absent reads as `undefined`, whatever its name. In place of numbers that
 * it would round stands `INEXACT`. What nobody goes by can be skipped: documents made to be slow take
 * `JSON.parse` tens of milliseconds a megabyte.
 */
export class JsonReader extends JsonCursor {
  /** Told of every member name that two readers could understand differently. */
  onName: (problem: MessageProblem, level: Level) => void = () => {};
  readonly #folds = new FoldedNames();
  #objects = 0;

  /** Reads a value; of an object all members as `level` does. */
  value(level: Level): unknown {
    if (this.isAtString()) return this.string();
    if (this.isAtObject()) return this.object(level);
    if (this.isAtArray()) return this.#array(level);
    const start = this.start();
    const value = this.scalar();
    // Most are safe integers, or no numbers.
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    return isInexact(value, this.since(start)) ? INEXACT : value;
  }

  /** Reads a value, and how it was written. */
  written(level: Level): Written {
    const start = this.start();
    const value = this.value(level);
    const source = this.since(start);
    return { value: value === INEXACT ? Number(source) : value, source };
  }

  /** Reads the object that begins here. */
  object(level: Level): JsonObject {
    if (!this.openObject()) return EMPTY;
    if (++this.#objects > MAX_OBJECTS) throw TOO_MANY_OBJECTS;
    const object = Object.create(null) as JsonObject;
    const known = level.members;
    let count = 0;
    // Most have none: names in folded form are as different as they look.
    let folds: Set<string> | undefined;
    for (let isOpen = true; isOpen; isOpen = this.nextMember()) {
      const name = this.name();
      if (known !== undefined && ++count > MAX_MEMBERS) throw TOO_MANY_MEMBERS;
      if (name in object) this.onName(REPEATED, level);
      if (known?.has(name) !== true) {
        const isUnusual = !isFolded(name);
        const folded = isUnusual ? this.#fold(name) : name;
        if (isUnusual) {
          folds ??= new Set();
          if (!isSoundText(name)) this.onName(UNSOUND, level);
          if (folds.has(folded)) this.onName(ALIKE, level);
          folds.add(folded);
        }
        if (known !== undefined) this.#judge(folded, known, level);
      }
      object[name] = level.read(this, name);
    }
    if (folds !== undefined && hasAny(object, folds)) this.onName(ALIKE, level);
    return object;
  }

  #array(level: Level): unknown[] {
    if (!this.openArray()) return [];
    // Not pushed: a list of one, nested to the limit, would reserve room for many.
    const list = [this.value(level)];
    while (this.nextItem()) list.push(this.value(level));
    return list;
  }

  /** Refuses another spelling of a known name, with or without that name beside it. */
  #judge(folded: string, known: KnownMembers, level: Level): void {
    const meant = known.meantBy(folded);
    if (meant === undefined) return;
    const message = `A member name is another spelling of "${meant}"; spell it exactly so`;
    this.onName(invalidRequest(message), level);
  }

  #fold(name: string): string {
    const folded = this.#folds.fold(name);
    if (folded === undefined) throw TOO_MANY_FOLDS;
    return folded;
  }
}

/** Whether one of these is a name in the object, and its own folded form. */
function hasAny(object: JsonObject, folds: Iterable<string>): boolean {
  for (const folded of folds) if (folded in object && isFolded(folded)) return true;
  return false;
}
