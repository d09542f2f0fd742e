import type { IncomingHttpHeaders } from 'node:http';
import { isText } from '../../lib/text.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import { decodeSentinel } from '../../mcp/message/sentinel.ts';
import { cap, hashOf } from './told-parts.ts';

/** What a message says it is about. */
export interface PeekedMessage {
  readonly method: string | undefined;
  readonly name: string | undefined;
}

/** More would let one request fill a log. */
const MAX_MESSAGES = 16;

/**
 * What the messages of a body say they are about, for those who look on and decide nothing. Empty
 * where the body is no JSON.
 */
export function peekMessages(body: Uint8Array): PeekedMessage[] {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString());
  } catch {
    return [];
  }
  const messages = Array.isArray(document) ? document : [document];
  return messages.slice(0, MAX_MESSAGES).map((message) => {
    const params = memberOf(message, 'params');
    const names = ['name', 'uri', 'taskId'].map((key) => memberOf(params, key));
    return peeked(memberOf(message, 'method'), names.find(isText));
  });
}

/** The same of messages that have been judged. */
export function judgedMessages(messages: readonly McpMessage[]): PeekedMessage[] {
  return messages.slice(0, MAX_MESSAGES).map(({ method, name }) => peeked(method, name));
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

const URI = /^\s*[a-z][a-z0-9+.-]*:/i;

/** Names are told as they are, but neither what may be a password in a URI nor the id of a task. */
function peeked(method: unknown, name: unknown): PeekedMessage {
  if (!isText(method)) return { method: undefined, name: isText(name) ? cap(name) : undefined };
  return { method: cap(method), name: isText(name) ? cap(redacted(method, name)) : undefined };
}

function redacted(method: string, name: string): string {
  // Whoever knows the id of a task can ask for its result.
  if (method.startsWith('tasks/')) return hashOf(name);
  return method.startsWith('resources/') || URI.test(name) ? redactedUri(name.trim()) : name;
}

/** Without user, query and fragment; of `data:`, which is all content, the scheme alone. */
function redactedUri(uri: string): string {
  if (/^data:/i.test(uri)) return 'data:';
  return uri.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, '');
}
