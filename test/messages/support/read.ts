import type { IncomingHttpHeaders } from 'node:http';
import { expect } from '@jest/globals';
import type { McpBody, McpMessage } from '../../../src/mcp/message/message.ts';
import { readMessages } from '../../../src/mcp/message/read-messages.ts';
import { MessageProblem } from '../../../src/mcp/message-problem.ts';

export const MODERN = '2026-07-28';
export const CLAIM: string = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${MODERN}"}`;

export interface ReadOptions {
  readonly headers?: IncomingHttpHeaders;
  /** Default: true, the stricter rules. */
  readonly seesArguments?: boolean;
}

/** What becomes of a body. */
export function read(
  body: string | Uint8Array,
  { headers = {}, seesArguments = true }: ReadOptions = {},
): McpBody | MessageProblem {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return readMessages(bytes, headers, { seesArguments });
}

/** The problem of a body that has to be refused. */
export function refused(body: string | Uint8Array, options?: ReadOptions): MessageProblem {
  const outcome = read(body, options);
  if (!(outcome instanceof MessageProblem)) throw new Error(`Accepted: ${body}`);
  expect(outcome.message).toMatch(/^[ -~]+$/);
  return outcome;
}

/** A body that has to be accepted. */
export function accepted(body: string | Uint8Array, options?: ReadOptions): McpBody {
  const outcome = read(body, options);
  if (outcome instanceof MessageProblem) throw new Error(`${outcome.message}: ${body}`);
  return outcome;
}

/** The one message of a body that has to be accepted. */
export function message(body: string | Uint8Array, options?: ReadOptions): McpMessage {
  const { messages, isBatch } = accepted(body, options);
  expect([messages.length, isBatch]).toEqual([1, false]);
  return messages[0] as McpMessage;
}

/** The source text of a request. */
export function request(method: string, params?: string, id = '1'): string {
  const rest = params === undefined ? '' : `,"params":${params}`;
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}"${rest}}`;
}

/** The source text of a tool call. */
export function call(args: string): string {
  return request('tools/call', `{"name":"t","arguments":${args}}`);
}
