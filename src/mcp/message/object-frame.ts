import {
  type FoldedNames,
  isFolded,
  isTooLong,
  MAX_FOLD_LENGTH,
  MAX_FOLDED_CHARACTERS,
  MAX_FOLDS,
  visible,
} from '../json/folding.ts';
import { guardedObject } from '../json/guarded.ts';
import type { JsonObject } from '../json/json-object.ts';
import { type LateText, setLateMember } from '../json/late-text.ts';
import { isSoundText } from '../json/sound-text.ts';
import { TWIN } from '../json/unclear.ts';
import { invalidRequest, type MessageProblem } from '../message-problem.ts';
import type { Frame } from './frame.ts';
import { type KnownMembers, MAX_MEMBERS } from './known-members.ts';
import type { Level } from './level.ts';

const REPEATED = invalidRequest('A member name is repeated; send each name once');
const ALIKE = invalidRequest(
  'Two member names differ only in case or in characters that some servers ignore; send one of them',
);
const TOO_MANY_MEMBERS = invalidRequest(
  `The message, its params, _meta or ref has too many members; use at most ${MAX_MEMBERS}`,
);
const TOO_MANY_FOLDS = invalidRequest(
  `Too many or too long member names are not in lower-case ASCII; use at most ${MAX_FOLDS} different \
ones, of ${MAX_FOLD_LENGTH} characters each and ${MAX_FOLDED_CHARACTERS} in all`,
);
const UNSOUND_NAME = invalidRequest('A member name contains NUL or half of a surrogate pair');

/** An object that has a member or more. */
export class ObjectFrame implements Frame {
  readonly outer: Frame | undefined;
  next: Level;
  readonly #level: Level;
  readonly #note: (problem: MessageProblem, isOfMessage: boolean) => void;
  /** An object made in this way is as fast to use as any other. */
  readonly #object: JsonObject = Object.setPrototypeOf({}, null);
  #name = '';
  #count = 0;
  #isClear = true;
  #isObscure = false;
  /**
   * Names by their folded forms. Undefined in most objects: their names are all known, or plain lower-case
   * ASCII, which folding would not change.
   */
  #folds: Map<string, string> | undefined;
  #twins: string[] | undefined;

  constructor(
    outer: Frame | undefined,
    level: Level,
    note: (problem: MessageProblem, isOfMessage: boolean) => void,
  ) {
    this.outer = outer;
    this.next = level;
    this.#level = level;
    this.#note = note;
  }

  /** Judges the name of the member that comes next. */
  begin(name: string, names: FoldedNames): void {
    const known = this.#level.members;
    this.#count += 1;
    if (known !== undefined && this.#count > MAX_MEMBERS) throw TOO_MANY_MEMBERS;
    if (name in this.#object) this.#problem(REPEATED);
    if (known?.has(name) !== true) {
      const folded = isFolded(name) ? name : this.#fold(name, names);
      if (known !== undefined && folded !== undefined) this.#judge(folded, known);
    }
    this.#name = name;
    this.next = this.#level.of(name);
  }

  #fold(name: string, names: FoldedNames): string | undefined {
    if (!isSoundText(name)) this.#problem(UNSOUND_NAME);
    const isForeign = this.#level.members === undefined;
    if (name.length > MAX_FOLDED_CHARACTERS) throw TOO_MANY_FOLDS;
    const shown = isForeign && isTooLong(name) ? visible(name) : name;
    if (isForeign && isTooLong(shown)) {
      this.#isObscure = true;
      return undefined;
    }
    const folded = names.fold(shown);
    if (folded === undefined) throw TOO_MANY_FOLDS;
    this.#folds ??= new Map();
    const twin = this.#folds.get(folded);
    if (twin === undefined) this.#folds.set(folded, name);
    else this.#noteTwins(twin, name);
    return folded;
  }

  put(value: unknown): void {
    this.#put(this.#name, value);
  }

  #put(name: string, value: unknown): void {
    if (typeof value === 'symbol') this.#isClear = false;
    if (typeof value === 'function') setLateMember(this.#object, name, value as LateText);
    else this.#object[name] = value;
  }

  close(): unknown {
    const object = this.#object;
    const folds = this.#folds;
    for (const [folded, name] of folds ?? []) {
      if (folded in object && isFolded(folded)) this.#noteTwins(folded, name);
    }
    for (const name of this.#twins ?? []) this.#put(name, TWIN);
    if (this.#level.isOwn) return object;
    return guardedObject(object, {
      isClear: this.#isClear,
      folds,
      isObscure: this.#isObscure,
      members: this.#count,
    });
  }

  /**
   * Where names are known, twins are a problem of the message. Elsewhere only reading one of the two is
   * refused.
   */
  #noteTwins(...names: readonly string[]): void {
    if (this.#level.members !== undefined) this.#problem(ALIKE);
    else {
      this.#twins ??= [];
      this.#twins.push(...names);
    }
  }

  /** Refuses another spelling of a known name, with or without that name beside it. */
  #judge(folded: string, known: KnownMembers): void {
    const meant = known.meantBy(folded);
    if (meant === undefined) return;
    const message = `A member name is another spelling of "${meant}"; spell it exactly so`;
    this.#problem(invalidRequest(message));
  }

  #problem(problem: MessageProblem): void {
    this.#note(problem, this.outer === undefined);
  }
}
