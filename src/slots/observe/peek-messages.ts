import type { IncomingHttpHeaders } from 'node:http';
import { isText } from '../../lib/text.ts';
import { unguarded } from '../../mcp/json/guarded.ts';
import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import { comparableId, idsIn } from '../../mcp/message/answers.ts';
import { type ClientInfo, clientOf } from '../../mcp/message/client-info.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import { decodeSentinel } from '../../mcp/message/sentinel.ts';
import type { ToolCall } from '../../observation.ts';
import { cap, hashOf } from './told-parts.ts';

/** What a message says it is about. */
export interface PeekedMessage {
  readonly method: string | undefined;
  readonly name: string | undefined;
  /** The id of a request, in a form that can be compared. */
  readonly id: string | undefined;
  /** The members of `params._meta`, as the client sent them. */
  readonly meta: JsonObject | undefined;
}

/** What a body says, for observers, which decide nothing. */
export interface PeekedBody {
  readonly messages: readonly PeekedMessage[];
  /** The client, from the first message that names it. */
  readonly client: ClientInfo | undefined;
  /** The calls of tools; empty unless they are asked for. */
  readonly calls: readonly ToolCall[];
}

/** The result for a body that is no JSON. */
export const NOTHING: PeekedBody = { messages: [], client: undefined, calls: [] };

/** The most messages that are told of: more would let one request fill a log. */
const MAX_MESSAGES = 16;

/** Reads a body. */
export function peekBody(body: Uint8Array, keepsCalls = false): PeekedBody {
  const text = textOf(body);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return NOTHING;
  }
  const told: unknown[] = Array.isArray(document) ? document.slice(0, MAX_MESSAGES) : [document];
  const ids = idsOf(told, text);
  const messages = told.map((message, i) => {
    const params = memberOf(message, 'params');
    return peeked(memberOf(message, 'method'), nameIn(params), ids[i], memberOf(params, '_meta'));
  });
  const calls = keepsCalls ? told.flatMap(callOf) : [];
  return { messages, client: firstOf(told, clientOf), calls };
}

/** Whether a body may name the client, so that it is worth reading. */
export function mayTellClient(body: Uint8Array): boolean {
  const text = textOf(body);
  return text.includes('clientInfo') || text.includes('\\u');
}

function textOf(body: Uint8Array): string {
  const source = Buffer.from(body.buffer, body.byteOffset, body.length).toString();
  // Some servers skip a byte order mark: their calls must be seen too.
  return source.startsWith('\ufeff') ? source.slice(1) : source;
}

function nameIn(params: unknown): string | undefined {
  return NAMES.map((name) => memberOf(params, name)).find(isText);
}

/** What a message is about: a tool or prompt, a resource, a task. */
const NAMES = ['name', 'uri', 'taskId'];

/** The same for messages that have been judged. */
export function judgedMessages(messages: readonly McpMessage[]): PeekedMessage[] {
  return messages
    .slice(0, MAX_MESSAGES)
    .map(({ method, name, idText, params }) =>
      peeked(
        method,
        name,
        idText === undefined ? undefined : comparableId(idText),
        unguarded(memberOf(unguarded(params), '_meta')),
      ),
    );
}

/** What the mirrored headers claim the message to be about. */
export function claimedMessages(headers: IncomingHttpHeaders): PeekedMessage[] {
  const { 'mcp-method': method, 'mcp-name': name = '' } = headers;
  return method === undefined ? [] : [peeked(method, decodeSentinel(name.toString()))];
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function callOf(message: unknown): ToolCall[] {
  if (memberOf(message, 'method') !== 'tools/call') return [];
  const params = memberOf(message, 'params');
  const name = memberOf(params, 'name');
  const args = memberOf(params, 'arguments');
  return isText(name) ? [{ name, arguments: isJsonObject(args) ? args : {} }] : [];
}

/** Gives the ids. Their source text is looked for only where a number was rounded. */
function idsOf(messages: readonly unknown[], text: string): readonly (string | undefined)[] {
  const ids = messages.map((message) => memberOf(message, 'id'));
  const isExact = ids.every((id) => typeof id !== 'number' || Number.isSafeInteger(id));
  if (!isExact) return idsIn(text);
  return ids.map((id) =>
    typeof id === 'string' || typeof id === 'number' ? JSON.stringify(id) : undefined,
  );
}

function firstOf<T, R>(items: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = read(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const URI = /^\s*[a-z][a-z0-9+.-]*:/i;

/**
 * Names are told as they are, except what may be a password in a URI, and the id of a task. A message without
 * a method is a response: its id is the server's.
 */
function peeked(method: unknown, name: unknown, id?: string, meta?: unknown): PeekedMessage {
  if (!isText(method)) {
    const told = isText(name) ? cap(name) : undefined;
    return { method: undefined, name: told, id: undefined, meta: undefined };
  }
  return {
    method: cap(method),
    name: isText(name) ? cap(redacted(method, name)) : undefined,
    id,
    meta: isJsonObject(meta) ? meta : undefined,
  };
}

function redacted(method: string, name: string): string {
  // A client that knows the id of a task can ask for its result.
  if (method.startsWith('tasks/')) return hashOf(name);
  return method.startsWith('resources/') || URI.test(name) ? redactedUri(name.trim()) : name;
}

/** A URI without user, query and fragment; for a `data:` URI, which is all content, the scheme alone. */
function redactedUri(uri: string): string {
  if (/^data:/i.test(uri)) return 'data:';
  return uri.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, '');
}
