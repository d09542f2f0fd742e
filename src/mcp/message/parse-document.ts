import type { JsonObject } from '../json/json-object.ts';
import { decodeUtf8 } from '../json/utf8.ts';
import { MessageProblem, parseError } from '../message-problem.ts';
import { MESSAGE_MEMBERS, META_MEMBERS, PARAMS_MEMBERS, REF_MEMBERS } from './known-members.ts';
import type { Level } from './level.ts';
import { JsonReader } from './reader.ts';

const NOT_UTF8 = parseError('The body is not UTF-8; send UTF-8');
const BOM = parseError('The body begins with a byte order mark; send the JSON without it');

/** An object that may be a message. */
export interface ParsedMessage {
  /**
   * Without a prototype. `id` is a `Written`, and `params` are guarded. `error` is an empty object where it
   * is an object, or a list with items. Other arrays and objects are `undefined`, and so are `params` and
   * `error` where they are null or an empty list.
   */
  readonly members: JsonObject;
  /** The problem with the names of its own members. With one, not even its id is certain. */
  readonly ownProblem: MessageProblem | undefined;
  /** The problem with the names further in. */
  readonly innerProblem: MessageProblem | undefined;
}

/**
 * A JSON document: a value that may be a message, or an array of such. `undefined` stands for a value that is
 * no object.
 */
export type ParsedDocument = ParsedMessage | undefined | readonly (ParsedMessage | undefined)[];

/** Work that is done in turns: after each turn, other work has to be let in. */
export type InTurns<T> = Generator<void, T, void>;

/** Reads one document. It builds and judges all of `params` where `arguments` are seen. */
export function* parseDocument(
  bytes: Uint8Array,
  seesArguments: boolean,
): InTurns<ParsedDocument | MessageProblem> {
  const text = decodeUtf8(bytes);
  if (text === undefined) return NOT_UTF8;
  if (text.startsWith('\ufeff')) return BOM;
  const reader = new JsonReader(text, bytes);
  const level = seesArguments ? MESSAGE_SEEN : MESSAGE;
  try {
    const parse = reader.isAtArray() ? parseBatch : parseMessage;
    const document = yield* parse(reader, level);
    reader.end();
    return document;
  } catch (error) {
    if (error instanceof MessageProblem) return error;
    throw error;
  }
}

/** Reads up to the first value that is no message. The values behind it only have to be JSON. */
function* parseBatch(
  reader: JsonReader,
  level: Level,
): InTurns<readonly (ParsedMessage | undefined)[]> {
  const messages: (ParsedMessage | undefined)[] = [];
  let isBatch = true;
  for (let isOpen = reader.openArray(); isOpen; isOpen = reader.nextItem()) {
    const message: ParsedMessage | undefined = yield* parseMessage(
      reader,
      isBatch ? level : PASSED,
    );
    if (!isBatch) continue;
    messages.push(message);
    isBatch = message?.members.jsonrpc === '2.0';
  }
  return messages;
}

function* parseMessage(reader: JsonReader, level: Level): InTurns<ParsedMessage | undefined> {
  const isObject = reader.isAtObject() && level !== PASSED;
  reader.begin(isObject ? level : PASSED);
  while (!reader.read()) yield;
  if (!isObject) return undefined;
  const { ownProblem, innerProblem } = reader;
  return { members: reader.value as JsonObject, ownProblem, innerProblem };
}

const ANY: Level = { of: () => ANY };
const META: Level = { members: META_MEMBERS, of: ANY.of, expects: 'object' };
const REF: Level = { members: REF_MEMBERS, of: ANY.of, expects: 'object' };
// Parts of the document: a policy may look at arguments for as long as it decides, and all of them together
// are most of a large document.
const PART: Level = { of: () => PART, isPart: true };
const ARGUMENTS: Level = { of: PART.of, expects: 'object' };

const PASSED: Level = { of: () => PASSED, passed: { as: undefined } };
const ERROR: Level = { of: PASSED.of, passed: { as: {} }, expects: 'object' };
const ID: Level = { ...PASSED, isWritten: true };

const MESSAGE: Level = messageLevel({ _meta: META, ref: REF }, PASSED);
const MESSAGE_SEEN: Level = messageLevel({ _meta: META, ref: REF, arguments: ARGUMENTS }, ANY);

function messageLevel(params: Readonly<Record<string, Level>>, others: Level): Level {
  return {
    members: MESSAGE_MEMBERS,
    of: levelOf(
      {
        id: ID,
        params: { members: PARAMS_MEMBERS, of: levelOf(params, others), expects: 'object' },
        error: ERROR,
      },
      PASSED,
    ),
    isOwn: true,
  };
}

function levelOf(levels: Readonly<Record<string, Level>>, others: Level): Level['of'] {
  const byName = new Map(Object.entries(levels));
  return (name) => byName.get(name) ?? others;
}
