import type { JsonObject } from './json-object.ts';
import { JsonReader, type Level } from './json-reader.ts';
import { MESSAGE_MEMBERS, META_MEMBERS, PARAMS_MEMBERS, REF_MEMBERS } from './known-members.ts';
import { MessageProblem, parseError } from './message-problem.ts';
import { decodeUtf8 } from './utf8.ts';

const NOT_UTF8 = parseError('The body is not UTF-8; send UTF-8');
const BOM = parseError('The body begins with a byte order mark; send the JSON without it');

/** An object that may be a message. Of its members none has a prototype. */
export interface ParsedMessage {
  /** `id` is a `Written`; containers under unknown names, and `result`, are `undefined`. */
  readonly members: JsonObject;
  /** What is wrong with the names in it, so that not even its id is certain. */
  ownProblem: MessageProblem | undefined;
  /** What is wrong with the names below. */
  innerProblem: MessageProblem | undefined;
}

/** A JSON document: a value that may be a message, or an array of such. `undefined` is no object. */
export type ParsedDocument = ParsedMessage | undefined | readonly (ParsedMessage | undefined)[];

/** Reads one document. Of `params` all is built and judged where `arguments` are seen. */
export function parseDocument(
  bytes: Uint8Array,
  seesArguments: boolean,
): ParsedDocument | MessageProblem {
  const text = decodeUtf8(bytes);
  if (text === undefined) return NOT_UTF8;
  if (text.startsWith('\ufeff')) return BOM;
  const reader = new JsonReader(text);
  const level = seesArguments ? MESSAGE_SEEN : MESSAGE;
  try {
    const document = reader.isAtArray() ? parseBatch(reader, level) : parseMessage(reader, level);
    reader.end();
    return document;
  } catch (error) {
    if (error instanceof MessageProblem) return error;
    throw error;
  }
}

/** Up to the first that is no message: of the others nothing matters, but that they are JSON. */
function parseBatch(reader: JsonReader, level: Level): (ParsedMessage | undefined)[] {
  const messages: (ParsedMessage | undefined)[] = [];
  let isBatch = true;
  for (let isOpen = reader.openArray(); isOpen; isOpen = reader.nextItem()) {
    if (isBatch) {
      const message = parseMessage(reader, level);
      messages.push(message);
      isBatch = message?.members.jsonrpc === '2.0';
    } else reader.skip();
  }
  return messages;
}

function parseMessage(reader: JsonReader, level: Level): ParsedMessage | undefined {
  if (!reader.isAtObject()) {
    reader.skip();
    return undefined;
  }
  let ownProblem: MessageProblem | undefined;
  let innerProblem: MessageProblem | undefined;
  const noteProblem: JsonReader['onName'] = (problem, { members }) => {
    if (members === MESSAGE_MEMBERS) ownProblem ??= problem;
    else innerProblem ??= problem;
  };
  // Assigned by name for the reason given in `http/watch-answer.ts`.
  reader.onName = noteProblem;
  const members = reader.object(level);
  return { members, ownProblem, innerProblem };
}

const ANY: Level = { members: undefined, read: (reader) => reader.value(ANY) };
const META: Level = { members: META_MEMBERS, read: ANY.read };
const REF: Level = { members: REF_MEMBERS, read: ANY.read };

const PARAMS: Level = paramsLevel(readShallow);
const PARAMS_SEEN: Level = paramsLevel(ANY.read);
const MESSAGE: Level = messageLevel(PARAMS);
const MESSAGE_SEEN: Level = messageLevel(PARAMS_SEEN);

function paramsLevel(read: Level['read']): Level {
  return {
    members: PARAMS_MEMBERS,
    read(reader, name) {
      if (name === '_meta') return reader.value(META);
      if (name === 'ref') return reader.value(REF);
      return read(reader, name);
    },
  };
}

function messageLevel(params: Level): Level {
  return {
    members: MESSAGE_MEMBERS,
    read(reader, name): unknown {
      if (name === 'params') return reader.value(params);
      if (name === 'id') return reader.written(ANY);
      return readShallow(reader);
    },
  };
}

/** What is not judged is not shown to anybody. */
function readShallow(reader: JsonReader): unknown {
  if (!reader.isAtObject() && !reader.isAtArray()) return reader.value(ANY);
  reader.skip();
  return undefined;
}
