import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { isSoundText } from '../json/sound-text.ts';
import { invalidRequest, type MessageProblem } from '../message-problem.ts';
import type { Written } from './reader.ts';

const VERSION = invalidRequest('The message needs "jsonrpc": "2.0"');
const METHOD = invalidRequest('The "method" of a message is a string without NUL');
const MIXED = invalidRequest('A message has either a "method", or a "result" or "error"');
const PARAMS = invalidRequest('The "params" of a message are an object, or absent');
const ID = invalidRequest('The "id" of a request is a string or a number, and not null');
const RESPONSE = invalidRequest(
  'A message without a "method" is a response, with an "id" and either a "result" or an "error"',
);

/** The id of a request, and how it was written. */
export interface MessageId {
  readonly value: string | number;
  readonly source: string;
}

/** The `id` of a parsed message, where it can be that of a request. */
export function idOf({ id }: JsonObject): MessageId | undefined {
  const type = typeof (id as Written | undefined)?.value;
  return type === 'string' || type === 'number' ? (id as MessageId) : undefined;
}

/** Whether a parsed message answers the server, and asks nothing. */
export function isResponse(members: JsonObject): boolean {
  return !isThere(members, 'method');
}

/**
 * Whether a member is there and not null. All readers take null for absent; only a `result` may really be
 * null.
 */
function isThere(members: JsonObject, name: string): boolean {
  return name in members && members[name] !== null;
}

/** Checks that a parsed message is a request, a notification or a response (JSON-RPC 2.0). */
export function checkShape(members: JsonObject): MessageProblem | undefined {
  const { jsonrpc, method, params, error } = members;
  if (jsonrpc !== '2.0') return VERSION;
  if (isResponse(members)) return isWellShapedResponse(members) ? undefined : RESPONSE;
  if (!isSoundText(method)) return METHOD;
  if (isThere(members, 'result') || error !== undefined) return MIXED;
  if (params !== undefined && !isJsonObject(params)) return PARAMS;
  return 'id' in members && idOf(members) === undefined ? ID : undefined;
}

function isWellShapedResponse(members: JsonObject): boolean {
  const { error, params } = members;
  const isError = error !== undefined;
  if (params !== undefined || (isError && !isJsonObject(error))) return false;
  // A result may be null, so only its presence counts.
  if (isError ? isThere(members, 'result') : !('result' in members)) return false;
  if (idOf(members) !== undefined) return true;
  // A client that could not read the id of a request says so with null (JSON-RPC), or without an id (MCP).
  return isError && (!('id' in members) || (members.id as Written | undefined)?.value === null);
}
