import { JsonCursor } from './json/cursor.ts';
import { foldMemberName, MAX_FOLD_LENGTH } from './json/folding.ts';
import { decodeUtf8 } from './json/utf8.ts';
import { KnownMembers } from './message/known-members.ts';
import { MessageProblem } from './message-problem.ts';

/** What the gateway has seen of a body that it has not judged. */
export interface SeenBody {
  /** The first bytes. */
  readonly first: Uint8Array;
  /** The last bytes that have come, without those in `first`. */
  readonly last: Uint8Array;
  /** Whether its end has come. */
  readonly isWhole: boolean;
}

/** The members that tell a request from a notification and from a response. */
const MEMBERS = new KnownMembers(['id', 'method', 'params', 'result', 'error']);

/**
 * The source text of the id in the request that a body holds. `null` where that is not certain: the body is a
 * batch, a response, no JSON, or has two ids, or the id is in a part that is not known. `undefined` for a
 * notification. Only for an error that the gateway has to answer: no decision rests on it.
 */
export function findRequestId({ first, last, isWhole }: SeenBody): string | null | undefined {
  const members = new SeenMembers();
  const isDocument = readForwards(latin1(first), members);
  const isAll = last.length === 0;
  // It is no JSON: something follows the document, or the body ends within it.
  if (isDocument ? !isAll : isAll && isWhole) return null;
  if (isWhole && !isAll) readBackwards(latin1(last), members);
  if (!members.isRequest) return null;
  if (members.has('id')) return members.id ?? null;
  return isDocument ? undefined : null;
}

/**
 * The source text of the id among the last members of a document. `text` is the end of the document, as
 * Latin-1.
 */
export function idAtEnd(text: string): string | undefined {
  const members = new SeenMembers();
  readBackwards(text, members);
  return members.isAmbiguous ? undefined : members.id;
}

/** One character for each byte, so that a part of a body can be read wherever it was cut. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** The members of a message, as far as they have been seen. */
class SeenMembers {
  /** The source text of the id, where it can be that of a request. */
  id: string | undefined;
  /** Whether readers could differ about the message. */
  isAmbiguous = false;
  readonly #names = new Set<string>();

  add(name: string): void {
    if (MEMBERS.has(name)) {
      if (this.#names.has(name)) this.isAmbiguous = true;
      this.#names.add(name);
    } else if (name.length <= MAX_FOLD_LENGTH && MEMBERS.meantBy(foldMemberName(name))) {
      this.isAmbiguous = true;
    }
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  setId(source: string): void {
    if (/^["\d-]/.test(source) && isValue(source)) {
      this.id = decodeUtf8(Buffer.from(source, 'latin1'));
    }
  }

  /** A response has neither a method nor params, and its id is the server's. */
  get isRequest(): boolean {
    const isResponse = this.has('result') || this.has('error');
    return !this.isAmbiguous && !isResponse && (this.has('method') || this.has('params'));
  }
}

function isValue(source: string): boolean {
  return isReadable(() => {
    const cursor = new JsonCursor(source);
    cursor.skip();
    cursor.end();
  });
}

function isReadable(read: () => void): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof MessageProblem) return false;
    throw error;
  }
}

/** Reads as far as the text goes; gives whether it is a whole document. */
function readForwards(text: string, members: SeenMembers): boolean {
  const cursor = new JsonCursor(text);
  return isReadable(() => {
    if (!cursor.isAtObject()) members.isAmbiguous = true;
    let isOpen = cursor.isAtObject() && cursor.openObject();
    while (isOpen) {
      const name = cursor.name();
      members.add(name);
      const start = cursor.start();
      cursor.skip();
      const value = cursor.since(start);
      // Only what follows tells that a number was not cut.
      isOpen = cursor.nextMember();
      if (name === 'id') members.setId(value);
    }
    cursor.end();
  });
}

/**
 * Reads members from the end of a document, as far back as the text goes. Official TypeScript clients write
 * the id last, behind params of any length. Read from the end, every quote that begins or ends a string can
 * be recognized: outside of a string there is no backslash, and each quote inside of one stands behind an odd
 * number of backslashes.
 */
function readBackwards(text: string, members: SeenMembers): void {
  let at = text.trimEnd().length - 1;
  if (text[at] !== '}') {
    members.isAmbiguous = true;
    return;
  }
  let depth = 1;
  let valueEnd = at;
  let colon: number | undefined;
  for (at -= 1; at >= 0; at -= 1) {
    const char = text[at];
    if (char === '"') {
      const end = at + 1;
      at = openingQuote(text, at);
      if (at === -1) return;
      if (depth > 1 || colon === undefined) continue;
      const name = nameIn(text.slice(at, end));
      if (name === undefined) members.isAmbiguous = true;
      else members.add(name);
      if (name === 'id') members.setId(text.slice(colon + 1, valueEnd).trim());
      colon = undefined;
    } else if (char === '}' || char === ']') depth += 1;
    else if (char === '{' || char === '[') {
      depth -= 1;
      if (depth === 0) return;
    } else if (depth === 1 && char === ':') colon = at;
    else if (depth === 1 && char === ',') valueEnd = at;
  }
}

/**
 * The position of the quote that begins the string which ends with the quote at `end`; -1 where it is not in
 * the text.
 */
function openingQuote(text: string, end: number): number {
  for (let at = text.lastIndexOf('"', end - 1); at > 0; at = text.lastIndexOf('"', at - 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes += 1;
    // More backslashes may stand in front of the text.
    if (backslashes === at) return -1;
    if (backslashes % 2 === 0) return at;
    at -= backslashes;
  }
  return -1;
}

function nameIn(source: string): string | undefined {
  return isValue(source) ? (JSON.parse(source) as string) : undefined;
}
