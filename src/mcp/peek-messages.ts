import type { IncomingHttpHeaders } from 'node:http';

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
      name: ['name', 'uri', 'taskId'].map((key) => textOf(memberOf(params, key))).find(Boolean),
    };
  });
}

/** What the mirrored headers claim the message to be about. */
export function claimedMessages(headers: IncomingHttpHeaders): PeekedMessage[] {
  const method = textOf(headers['mcp-method']);
  return method === undefined ? [] : [{ method, name: textOf(headers['mcp-name']) }];
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, MAX_LENGTH) : undefined;
}
