import type { IncomingHttpHeaders } from 'node:http';
import type { McpMessage } from './message.ts';
import { decodeSentinel } from './sentinel.ts';

/** What a message says it is about. */
export interface PeekedMessage {
  readonly method: string | undefined;
  readonly name: string | undefined;
}

/** More would let one request fill a log. */
const MAX_MESSAGES = 16;
const MAX_LENGTH = 256;

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
    return {
      method: textOf(memberOf(message, 'method')),
      name: ['name', 'uri', 'taskId'].map((key) => nameOf(memberOf(params, key))).find(Boolean),
    };
  });
}

/** The same of messages that have been judged. */
export function judgedMessages(messages: readonly McpMessage[]): PeekedMessage[] {
  return messages
    .slice(0, MAX_MESSAGES)
    .map(({ method, name }) => ({ method: textOf(method), name: nameOf(name) }));
}

/** What the mirrored headers claim the message to be about. */
export function claimedMessages(headers: IncomingHttpHeaders): PeekedMessage[] {
  const method = textOf(headers['mcp-method']);
  if (method === undefined) return [];
  return [{ method, name: nameOf(decodeSentinel(headers['mcp-name']?.toString() ?? '')) }];
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

const URI = /^[a-z][a-z0-9+.-]*:/i;

/** A name as it is; a URI without what may be a password in it, or an argument. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URI.test(value)) return textOf(value) || undefined;
  return textOf(value.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*/s, ''));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_LENGTH) : undefined;
}
