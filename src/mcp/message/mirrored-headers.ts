import type { IncomingHttpHeaders } from 'node:http';
import { headerMismatch, type MessageProblem } from '../message-problem.ts';
import { LISTEN_METHOD } from './listen-method.ts';
import type { McpMessage } from './message.ts';
import { isNameMirrored } from './named-methods.ts';
import { decodeComparable, decodeSentinel } from './sentinel.ts';

/**
 * How a message came. The mirrored headers are part of Streamable HTTP ("Standard Request Headers");
 * HTTP with SSE (MCP 2024-11-05) does not have them, and clients do not send them there.
 */
export type Transport = 'streamable-http' | 'http-with-sse';

const PARAM_PREFIX = 'mcp-param-';

const ENCODING = headerMismatch(
  'A Mcp-Name or Mcp-Param header holds Base64 that is not canonical, or is not ASCII',
);
const METHOD = headerMismatch('The Mcp-Method header has to equal the "method" of the message');
const NAME = headerMismatch('The Mcp-Name header has to equal what the message names');
const NOTHING = headerMismatch(
  'Only a request or notification, alone in its body, has Mcp-Method and Mcp-Name headers',
);
const NO_VERSION = headerMismatch('The MCP-Protocol-Version header is missing');
const NO_METHOD = headerMismatch('The Mcp-Method header is missing');
const NO_NAME = headerMismatch('The Mcp-Name header is missing');

/** Checks the encoding of `Mcp-Param-*`. Only the tool's own server knows what they mirror. */
export function checkParamHeaders(headers: IncomingHttpHeaders): MessageProblem | undefined {
  for (const name in headers) {
    if (!name.startsWith(PARAM_PREFIX)) continue;
    const value = headers[name];
    if (typeof value === 'string' && decodeSentinel(value) === undefined) return ENCODING;
  }
  return undefined;
}

/**
 * Checks that `Mcp-Method` and `Mcp-Name`, where present, say what the message says. It does so in every era:
 * a proxy that routes or logs by them would otherwise see another call than the server. Over Streamable HTTP,
 * requests of the modern era need them; no revision says what notifications need.
 */
export function checkMirroredHeaders(
  message: McpMessage,
  headers: IncomingHttpHeaders,
  transport: Transport,
): MessageProblem | undefined {
  const { 'mcp-method': method, 'mcp-name': name } = headers;
  const hasHeaders = transport === 'streamable-http';
  const isRequired = hasHeaders && message.era === 'modern' && message.idText !== undefined;
  if (isRequired && headers['mcp-protocol-version'] === undefined) return NO_VERSION;

  if (method === undefined) {
    if (isRequired || opensStream(message, transport)) return NO_METHOD;
  } else if (method !== message.method) return METHOD;

  if (name === undefined) {
    return isRequired && isNameMirrored(message.method) ? NO_NAME : undefined;
  }
  const decoded = typeof name === 'string' ? decodeComparable(name) : undefined;
  if (decoded === undefined) return ENCODING;
  // Where the gateway knows no name for the method, the header mirrors something that an extension defines.
  return message.name === undefined || decoded === message.name ? undefined : NAME;
}

/**
 * Whether a message asks for a stream that stays open. Code that counts or ends streams goes by the header,
 * so such a message needs the header in every era. With SSE no message opens a stream.
 */
export function opensStream({ method, idText }: McpMessage, transport: Transport): boolean {
  if (transport === 'http-with-sse') return false;
  return method === LISTEN_METHOD && idText !== undefined;
}

/**
 * Responses and batches have no method and no name of their own. If a header stated one, a proxy that goes by
 * headers would see a call that is not there, or only one of several.
 */
export function checkNothingMirrored(headers: IncomingHttpHeaders): MessageProblem | undefined {
  const { 'mcp-method': method, 'mcp-name': name } = headers;
  return method === undefined && name === undefined ? undefined : NOTHING;
}
