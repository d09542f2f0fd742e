import { JsonCursor } from '../json/cursor.ts';
import { FoldedNames, isFolded } from '../json/folding.ts';
import type { TextEdit } from '../json/text-edit.ts';
import { comparableId } from '../message/answers.ts';
import { KnownMembers, MAX_MEMBERS } from '../message/known-members.ts';
import { MessageProblem } from '../message-problem.ts';
import { LIST_KINDS, type ListKind } from './list-kinds.ts';

/** An item of a list, and its place in the text. */
export interface ListedItem {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A list in an answer, in the order of the text. */
export interface FoundList {
  readonly kind: ListKind;
  readonly items: readonly ListedItem[];
  /**
   * The id of the request that it answers, as `comparableId` writes it; undefined where the answer has none.
   */
  readonly id: string | undefined;
  /** The cursor of the next page; undefined where this is the only page, or the last. */
  readonly nextCursor: string | undefined;
}

/** A list while its message is still being read. */
interface OpenList {
  readonly kind: ListKind;
  readonly items: readonly ListedItem[];
  id?: string | undefined;
  nextCursor?: string | undefined;
}

/** What there is to edit in an answer. */
export interface FoundLists {
  readonly lists: readonly FoundList[];
  /** Edits that make a result with lists private, because the content of the lists depends on the caller. */
  readonly privacy: readonly TextEdit[];
}

const MESSAGE = new KnownMembers(['result']);
const RESULT = new KnownMembers(['cacheScope', ...LIST_KINDS.map(({ member }) => member)]);

/**
 * Finds the lists in an answer: in a JSON-RPC response, or an array of them. Where the client asked for a
 * list, its member has to be a list, or null; elsewhere an array counts as a list if it holds an object, or
 * nothing.
 *
 * @throws {Error} where another reader could find more in the text.
 */
export function findLists(text: string, expected: ReadonlySet<string>): FoundLists {
  const finder = new ListFinder(text, expected);
  // A text without an object has no list: an empty body, or a word of the older transport.
  if (text.includes('{')) finder.document();
  return finder;
}

class ListFinder implements FoundLists {
  readonly #lists: OpenList[] = [];
  readonly privacy: TextEdit[] = [];
  readonly #cursor: JsonCursor;
  readonly #expected: ReadonlySet<string>;
  readonly #folds = new FoldedNames();

  constructor(text: string, expected: ReadonlySet<string>) {
    this.#cursor = new JsonCursor(text);
    this.#expected = expected;
  }

  get lists(): readonly FoundList[] {
    return this.#lists as FoundList[];
  }

  document(): void {
    const cursor = this.#cursor;
    try {
      if (cursor.isAtArray()) {
        for (let isOpen = cursor.openArray(); isOpen; isOpen = cursor.nextItem()) this.#message();
      } else this.#message();
      cursor.end();
    } catch (error) {
      throw error instanceof MessageProblem
        ? unreadable('it is not JSON, or nested deeply')
        : error;
    }
  }

  #message(): void {
    const before = this.#lists.length;
    let id: string | undefined;
    this.#members(
      MESSAGE,
      () => this.#result(),
      (name) => {
        if (name !== 'id') return false;
        id = comparableId(this.#source());
        return true;
      },
    );
    for (const list of this.#lists.slice(before)) list.id = id;
  }

  #result(): void {
    const before = this.#lists.length;
    let privacy: TextEdit | undefined;
    let nextCursor: string | undefined;
    this.#members(
      RESULT,
      (name) => {
        const kind = LIST_KINDS.find(({ member }) => member === name);
        if (kind === undefined) privacy = this.#privacy();
        else this.#list(kind);
      },
      (name) => {
        if (name !== 'nextCursor') return false;
        const source = this.#source();
        const cursor: unknown = source.startsWith('"') ? JSON.parse(source) : source;
        // Null, and to most clients an empty text, means that this is the last page. No other value does.
        nextCursor = cursor === 'null' || cursor === '' ? undefined : String(cursor);
        return true;
      },
    );
    const lists = this.#lists.slice(before);
    for (const list of lists) list.nextCursor = nextCursor;
    if (privacy !== undefined && lists.length > 0) this.privacy.push(privacy);
  }

  /** Passes over a value, and gives its source text. */
  #source(): string {
    const start = this.#cursor.start();
    this.#cursor.skip();
    return this.#cursor.since(start);
  }

  /** Reads `cacheScope`. */
  #privacy(): TextEdit | undefined {
    const cursor = this.#cursor;
    const start = cursor.start();
    const isPublic = cursor.isAtString() && cursor.string() === 'public';
    if (isPublic) return { start, end: cursor.position, text: '"private"' };
    if (cursor.position === start) cursor.skip();
    return undefined;
  }

  #list(kind: ListKind): void {
    const cursor = this.#cursor;
    const isExpected = this.#expected.has(kind.method);
    if (!cursor.isAtArray()) {
      // Servers in Go send null for a list that is empty.
      if (isExpected && this.#source() !== 'null') {
        throw unreadable(`"${kind.member}" is not a list`);
      }
      if (!isExpected) cursor.skip();
      return;
    }
    const items: ListedItem[] = [];
    let others = 0;
    for (let isOpen = cursor.openArray(); isOpen; isOpen = cursor.nextItem()) {
      const item = this.#item(kind);
      if (item === undefined) others++;
      else items.push(item);
    }
    if (others > 0) {
      if (items.length === 0 && !isExpected) return;
      throw unreadable(`an item of "${kind.member}" is not an object`);
    }
    this.#lists.push({ kind, items });
  }

  #item({ member, key, itemMembers }: ListKind): ListedItem | undefined {
    const cursor = this.#cursor;
    const start = cursor.start();
    let name: string | undefined;
    const isObject = this.#members(itemMembers, () => {
      if (cursor.isAtString()) name = cursor.string();
      else cursor.skip();
    });
    if (!isObject) return undefined;
    if (name === undefined) throw unreadable(`an item of "${member}" has no "${key}" that is text`);
    return { name, start, end: cursor.position };
  }

  /**
   * Passes over a value, and gives whether it is an object. `read` reads the known members of the object.
   * `note` reads some others; nothing is cut by those, so no spelling of them makes a list unreadable.
   */
  #members(
    known: KnownMembers,
    read: (name: string) => void,
    note: (name: string) => boolean = () => false,
  ): boolean {
    const cursor = this.#cursor;
    if (!cursor.isAtObject()) {
      cursor.skip();
      return false;
    }
    const seen: string[] = [];
    let count = 0;
    for (let isOpen = cursor.openObject(); isOpen; isOpen = cursor.nextMember()) {
      if (++count > MAX_MEMBERS) throw unreadable('an object in it has too many members');
      const name = cursor.name();
      if (!known.has(name)) {
        if (note(name)) continue;
        this.#checkSpelling(name, known);
        cursor.skip();
      } else {
        if (seen.includes(name)) throw unreadable(`"${name}" is repeated`);
        seen.push(name);
        read(name);
      }
    }
    return true;
  }

  /** Some readers would take another spelling for the known member itself. */
  #checkSpelling(name: string, known: KnownMembers): void {
    const folded = isFolded(name) ? name : this.#folds.fold(name);
    if (folded === undefined) throw unreadable('its member names are too many or too long');
    const meant = known.meantBy(folded);
    if (meant !== undefined) throw unreadable(`another spelling of "${meant}" is in it`);
  }
}

function unreadable(why: string): Error {
  return new Error(`A list in an answer cannot be read: ${why}`);
}

/** The edits that cut the items out of a list for which `keeps` is false, each with a comma. */
export function cuts(items: readonly ListedItem[], keeps: readonly boolean[]): TextEdit[] {
  const firstKept = keeps.indexOf(true);
  const edits: TextEdit[] = [];
  items.forEach((item, i) => {
    if (keeps[i]) return;
    // Where no item is kept, the text between them is cut as well: [ 1, 2 ] becomes [  ].
    const isBehind = firstKept === -1 ? i > 0 : i > firstKept;
    const start = isBehind ? items[i - 1]?.end : item.start;
    const end = isBehind || firstKept === -1 ? item.end : items[i + 1]?.start;
    edits.push({ start: start ?? item.start, end: end ?? item.end, text: '' });
  });
  return edits;
}
