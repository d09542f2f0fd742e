import type { Behaviour } from './upstream.ts';

/** The server's answer to a call. */
export const ANSWER: Buffer = Buffer.from(
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: { content: [{ type: 'text', text: 'Nothing is kept of this. '.repeat(12) }] },
  }),
);

/** A call of a tool with `length` bytes, or more if that is too short. */
export function call(length = 400): Buffer {
  const message = (text: string) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'search', arguments: { text } },
    });
  return Buffer.from(message('.'.repeat(Math.max(0, length - message('').length))));
}

export interface RequestHead {
  readonly path: string;
  readonly method?: 'POST' | 'GET';
  /** The length of the body; no body by default. */
  readonly length?: number;
  readonly behaviour?: Behaviour;
  readonly id?: string;
}

/** The head of a request, as it goes over the wire. */
export function headOf({ path, method = 'POST', length, behaviour, id }: RequestHead): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Accept: application/json, text/event-stream',
    'MCP-Protocol-Version: 2025-06-18',
    // Gateways without `cors` refuse pages of other origins, so only the guarded ones get an `Origin`.
    ...(path.startsWith('/guarded') ? ['Origin: https://app.example'] : []),
    ...(length === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${length}`]),
    ...(behaviour === undefined ? [] : [`X-Soak: ${behaviour}`]),
    ...(id === undefined ? [] : [`X-Soak-Id: ${id}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A call with its head. */
export function callTo(
  head: Omit<RequestHead, 'method' | 'length'>,
  body: Buffer = call(),
): Buffer {
  return Buffer.concat([headOf({ ...head, length: body.length }), body]);
}
