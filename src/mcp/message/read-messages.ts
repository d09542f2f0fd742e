import type { IncomingHttpHeaders } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { unguarded } from '../json/guarded.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { invalidParams, invalidRequest, MessageProblem } from '../message-problem.ts';
import { eraOf, hasClaim, isModernVersion } from './era.ts';
import type { McpBody, McpMessage } from './message.ts';
import {
  checkMirroredHeaders,
  checkNothingMirrored,
  checkParamHeaders,
  opensStream,
  type Transport,
} from './mirrored-headers.ts';
import { nameOf } from './named-methods.ts';
import { type InTurns, type ParsedMessage, parseDocument } from './parse-document.ts';
import { checkShape, idOf, isResponse } from './shape.ts';

/** How much of a message the gateway has to read. */
export interface MessageRules {
  /**
   * Whether a policy sees `arguments`, and with them the rest of `params`: then the strict rules for member
   * names apply to all of it. Otherwise `arguments` may hold any JSON, and are not shown.
   */
  readonly seesArguments: boolean;
}

/** How a body came. */
interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly transport: Transport;
}

const NOT_A_MESSAGE = invalidRequest('The body is neither a JSON-RPC message nor a batch of them');
const EMPTY = invalidRequest('The batch is empty; send at least one message');
const MODERN_BATCH = invalidRequest('This protocol revision has no batches; send one message');
const ARGUMENTS = invalidParams('The "arguments" in params are an object, or absent');

/** Up to this size a body is read at once: that takes a few milliseconds for any content. */
const AT_ONCE = 64 * 1024;

/** How many messages of a batch are judged in one turn of the event loop. */
const MESSAGES_A_TURN = 1_000;

/**
 * Reads the messages in the body of a POST. Gives a `MessageProblem` where another reader could read anything
 * else in the same bytes. Expects that the media type is right, and that no header field which may occur only
 * once is repeated. Never throws.
 */
export function readMessages(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  rules: MessageRules,
  transport: Transport = 'streamable-http',
): McpBody | MessageProblem {
  const reading = readInTurns(body, { headers, transport }, rules);
  for (;;) {
    const { done, value } = reading.next();
    if (done === true) return value;
  }
}

/**
 * The same, but a large body is read in turns, with other work in between; gives undefined once `isWanted`
 * says no. A small body is read at once, and its messages are given without a promise.
 */
export function readMessagesInTurns(
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  rules: MessageRules,
  isWanted: () => boolean,
  transport: Transport = 'streamable-http',
): McpBody | MessageProblem | Promise<McpBody | MessageProblem | undefined> {
  if (body.length <= AT_ONCE) return readMessages(body, headers, rules, transport);
  return finish(readInTurns(body, { headers, transport }, rules), isWanted);
}

async function finish<T>(reading: InTurns<T>, isWanted: () => boolean): Promise<T | undefined> {
  while (isWanted()) {
    const { done, value } = reading.next();
    if (done === true) return value;
    await setImmediate();
  }
  return undefined;
}

function* readInTurns(
  body: Uint8Array,
  delivery: Delivery,
  rules: MessageRules,
): InTurns<McpBody | MessageProblem> {
  const document = yield* parseDocument(body, rules.seesArguments);
  if (document instanceof MessageProblem) return document;
  if (document === undefined) return NOT_A_MESSAGE;
  return isList(document)
    ? yield* readBatch(document, delivery, rules)
    : readSingle(document, delivery, rules);
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

function readSingle(
  parsed: ParsedMessage,
  { headers, transport }: Delivery,
  rules: MessageRules,
): McpBody | MessageProblem {
  const message = readMessage(parsed, headers, rules);
  if (message instanceof MessageProblem) return message;
  if (message === undefined) {
    const problem = checkNothingMirrored(headers) ?? checkParamHeaders(headers);
    return problem ?? { isBatch: false, messages: [], responses: 1 };
  }
  const problem = checkMirroredHeaders(message, headers, transport) ?? checkParamHeaders(headers);
  return problem?.withId(message.idText) ?? { isBatch: false, messages: [message], responses: 0 };
}

/** Refusals of a batch have no id, because they answer several messages. */
function* readBatch(
  document: readonly (ParsedMessage | undefined)[],
  { headers, transport }: Delivery,
  rules: MessageRules,
): InTurns<McpBody | MessageProblem> {
  if (document.length === 0) return EMPTY;
  if (isModernVersion(headers['mcp-protocol-version'] as string | undefined)) return MODERN_BATCH;
  const messages: McpMessage[] = [];
  for (const [i, parsed] of document.entries()) {
    if (i % MESSAGES_A_TURN === MESSAGES_A_TURN - 1) yield;
    if (parsed === undefined) return NOT_A_MESSAGE;
    const message = readMessage(parsed, headers, rules);
    if (message instanceof MessageProblem) return message.withId(null);
    if (message === undefined) continue;
    const isModern = hasClaim(unguarded(message.params) as JsonObject | undefined);
    if (isModern || opensStream(message, transport)) return MODERN_BATCH;
    messages.push(message);
  }
  const problem = checkNothingMirrored(headers) ?? checkParamHeaders(headers);
  return problem ?? { isBatch: true, messages, responses: document.length - messages.length };
}

/** One message; `undefined` for a response. */
function readMessage(
  { members, ownProblem, innerProblem }: ParsedMessage,
  headers: IncomingHttpHeaders,
  { seesArguments }: MessageRules,
): McpMessage | undefined | MessageProblem {
  if (ownProblem !== undefined) return ownProblem;
  const id = idOf(members);
  const misshapen = checkShape(members);
  if (misshapen !== undefined) return misshapen.withId(idOfMisshapen(members));
  if (isResponse(members)) return undefined;

  const method = members.method as string;
  const params = unguarded(members.params) as JsonObject | undefined;
  const refuse = (problem: MessageProblem) => problem.withId(id?.source);
  if (innerProblem !== undefined) return refuse(innerProblem);
  const args = params?.arguments;
  const hasArguments = isJsonObject(args);
  // A policy would see no arguments, and a server might still find some in this value.
  if (seesArguments && !hasArguments && args !== undefined && args !== '') return refuse(ARGUMENTS);
  const name = nameOf(method, params);
  if (name instanceof MessageProblem) return refuse(name);
  const rules = eraOf(method, id !== undefined, params, headers);
  if (rules instanceof MessageProblem) return refuse(rules);
  return {
    method,
    id: id?.value,
    idText: id?.source,
    params: members.params as McpMessage['params'],
    name,
    arguments: hasArguments ? args : undefined,
    era: rules.era,
    protocolVersion: rules.protocolVersion,
  };
}

/**
 * The id of a response is the server's, so it is not repeated: the client could take it for the id of a
 * request of its own.
 */
function idOfMisshapen(members: JsonObject): string | null | undefined {
  if (!('method' in members)) return null;
  if (!('id' in members)) return typeof members.method === 'string' ? undefined : null;
  return idOf(members)?.source ?? null;
}
