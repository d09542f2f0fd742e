import { JsonCursor, MAX_DEPTH } from '../json/cursor.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { MessageProblem } from '../message-problem.ts';

/** How a request ended. `tool_error`: a result with `isError`, as a tool that failed sends it. */
export type Outcome = 'result' | 'tool_error' | 'rpc_error';

/** The answer to a request, as far as it shows how the request ended. */
export interface MessageAnswer {
  /** The id of the request, as {@link comparableId} writes it. */
  readonly id: string;
  readonly outcome: Outcome;
  /** The code of the JSON-RPC error; undefined where there is none that is an integer. */
  readonly errorCode: number | undefined;
}

/**
 * An id from its source text, in a form that is the same for all spellings of it. A number that not every
 * reader keeps stays as it was written. Undefined where no request can have such an id.
 */
export function comparableId(source: string): string | undefined {
  if (source.startsWith('"')) return JSON.stringify(JSON.parse(source));
  if (!/^-?\d/.test(source)) return undefined;
  const number = Number(source);
  return Number.isSafeInteger(number) ? String(number) : source;
}

/**
 * The answers in a text: one JSON-RPC message, or a batch of them. A message is no answer where it is a
 * request, has a member twice that matters here, or has both a result and an error. A text that is not JSON
 * has no answers.
 */
export function answersIn(text: string): MessageAnswer[] {
  return (
    parsedAnswer(text) ?? eachMessage(text, readAnswer).filter((answer) => answer !== undefined)
  );
}

/** The ids of the messages in a text, in their order, as {@link comparableId} writes them. */
export function idsIn(text: string): (string | undefined)[] {
  return eachMessage(text, (cursor) => {
    let id: string | undefined;
    eachMember(cursor, (name) => {
      const start = cursor.start();
      cursor.skip();
      if (name === 'id') id = comparableId(cursor.since(start));
    });
    return id;
  });
}

/** Reads each message in a text. Finds none where the text as a whole is not JSON. */
function eachMessage<T>(text: string, read: (cursor: JsonCursor) => T): T[] {
  // Readers that decode an answer as UTF-8 drop the byte order mark (Encoding standard).
  const cursor = new JsonCursor(text.startsWith('\ufeff') ? text.slice(1) : text);
  const found: T[] = [];
  try {
    if (!cursor.isAtArray()) found.push(read(cursor));
    else for (let has = cursor.openArray(); has; has = cursor.nextItem()) found.push(read(cursor));
    cursor.end();
    return found;
  } catch (error) {
    if (error instanceof MessageProblem) return [];
    throw error;
  }
}

/**
 * Goes through the members of an object; `read` has to pass over the value. A value that is no object is
 * passed over.
 */
function eachMember(cursor: JsonCursor, read: (name: string) => void): void {
  if (!cursor.isAtObject()) {
    cursor.skip();
    return;
  }
  for (let has = cursor.openObject(); has; has = cursor.nextMember()) read(cursor.name());
}

/**
 * The answers in a text that is one message, by `JSON.parse`, which takes a fraction of the time. Undefined
 * where it may read the text in another way than the cursor.
 */
function parsedAnswer(text: string): MessageAnswer[] | undefined {
  // A name with an escape may equal another name.
  if (text.includes('\\u') || mayBeTooDeep(text)) return undefined;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    // The text begins with a byte order mark, or is not JSON: both are rare.
    return undefined;
  }
  if (!isJsonObject(message)) return undefined;
  if (!isKnownOnce(text, message, 'id') || !isKnownOnce(text, message, 'method')) return undefined;
  if (!isKnownOnce(text, message, 'result') || !isKnownOnce(text, message, 'error'))
    return undefined;
  const { id, method, result, error } = message;
  if (typeof id === 'number' ? !Number.isSafeInteger(id) : typeof id !== 'string') return undefined;
  if (method !== undefined && method !== null) return [];
  if (error !== undefined && error !== null) {
    if (result !== undefined && result !== null) return [];
    if (!isJsonObject(error))
      return [{ id: JSON.stringify(id), outcome: 'rpc_error', errorCode: undefined }];
    if (!isKnownOnce(text, error, 'code')) return undefined;
    const { code } = error;
    const errorCode = Number.isSafeInteger(code) ? (code as number) : undefined;
    return [{ id: JSON.stringify(id), outcome: 'rpc_error', errorCode }];
  }
  if (result === undefined) return [];
  if (isJsonObject(result) && !isKnownOnce(text, result, 'isError')) return undefined;
  const outcome = isJsonObject(result) && result.isError === true ? 'tool_error' : 'result';
  return [{ id: JSON.stringify(id), outcome, errorCode: undefined }];
}

/** Whether a member is absent, or is surely there only once: `JSON.parse` shows the last one only. */
function isKnownOnce(text: string, object: JsonObject, name: string): boolean {
  if (object[name] === undefined) return true;
  const quoted = `"${name}"`;
  return text.indexOf(quoted, text.indexOf(quoted) + 1) < 0;
}

/** Whether there are more arrays and objects than may be nested. */
function mayBeTooDeep(text: string): boolean {
  let count = 0;
  for (const open of ['[', '{']) {
    for (let at = text.indexOf(open); at >= 0; at = text.indexOf(open, at + 1)) {
      count += 1;
      if (count > MAX_DEPTH) return true;
    }
  }
  return false;
}

const MEMBERS: ReadonlySet<string> = new Set(['id', 'method', 'result', 'error']);

function readAnswer(cursor: JsonCursor): MessageAnswer | undefined {
  const sources = new Map<string, string>();
  let isUnclear = false;
  let isError: string | undefined;
  let code: string | undefined;
  eachMember(cursor, (name) => {
    if (!MEMBERS.has(name)) {
      cursor.skip();
      return;
    }
    if (sources.has(name)) isUnclear = true;
    const start = cursor.start();
    if (name === 'result') isError = readScalar(cursor, 'isError');
    else if (name === 'error') code = readScalar(cursor, 'code');
    else cursor.skip();
    sources.set(name, cursor.since(start));
  });
  // Null counts as absent, except for `result`.
  const isThere = (name: string) => sources.has(name) && sources.get(name) !== 'null';
  const id = comparableId(sources.get('id') ?? '');
  if (isUnclear || id === undefined || isThere('method')) return undefined;
  if (isThere('error')) {
    if (isThere('result')) return undefined;
    return { id, outcome: 'rpc_error', errorCode: readCode(code) };
  }
  if (!sources.has('result') || isError === UNCLEAR) return undefined;
  return { id, outcome: isError === 'true' ? 'tool_error' : 'result', errorCode: undefined };
}

/** Stands for a member that is there twice. */
const UNCLEAR = '?';

/** The source of a member of the object that comes next; undefined where there is none. */
function readScalar(cursor: JsonCursor, member: string): string | undefined {
  let source: string | undefined;
  eachMember(cursor, (name) => {
    const start = cursor.start();
    cursor.skip();
    if (name === member) source = source === undefined ? cursor.since(start) : UNCLEAR;
  });
  return source;
}

function readCode(source: string | undefined): number | undefined {
  const code = /^-?\d/.test(source ?? '') ? Number(source) : undefined;
  return Number.isSafeInteger(code) ? code : undefined;
}
