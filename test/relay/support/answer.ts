import { expect } from '@jest/globals';
import type { GatewayError } from '../../../src/index.ts';
import { exchange, type RawClient } from '../../support/raw-client.ts';

/** An answer as it came over the wire, read by nothing but RFC 9112. */
export interface RawAnswer {
  readonly status: number;
  readonly reason: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly trailers: string;
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** Whether the end of the body was there, as its framing defines it. */
  readonly complete: boolean;
  /** What came after it. */
  readonly rest: Buffer;
}

/** The values of a field, in order. */
export function valuesOf(answer: RawAnswer, name: string): string[] {
  return answer.headers.filter(([lower]) => lower === name).map(([, value]) => value);
}

/** The status codes of all answers a client has got, wherever a body ends. */
export function statusesOf(client: RawClient): number[] {
  return [...client.text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
}

/** Reads the first answer a client has got so far; undefined while its head is not whole. */
export function readAnswer(client: RawClient): RawAnswer | undefined {
  return parseAnswer(client.bytes, client.ending);
}

/** Reads the first answer in `bytes`, the last that came before `ending`. */
export function parseAnswer(bytes: Buffer, ending: RawClient['ending']): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const [, code, reason = ''] = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first) ?? [];
  if (code === undefined) throw new Error(`Not a status line: ${first}`);
  const headers = lines.map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not a field: ${line}`);
    return [name.toLowerCase(), value] as const;
  });
  const status = Number(code);
  const rest = bytes.subarray(headEnd + 4);
  return { status, reason, headers, ...readBody(status, headers, rest, ending) };
}

type Body = Omit<RawAnswer, 'status' | 'reason' | 'headers'>;

function readBody(
  status: number,
  headers: RawAnswer['headers'],
  bytes: Buffer,
  ending: RawClient['ending'],
): Body {
  const nothing = { body: Buffer.alloc(0), trailers: '', rest: bytes };
  if (status === 204 || status === 304) return { ...nothing, framing: 'none', complete: true };
  const fields = new Map(headers);
  if (fields.has('transfer-encoding')) return readChunks(bytes);
  const length = fields.get('content-length');
  if (length === undefined) {
    return {
      ...nothing,
      body: bytes,
      rest: Buffer.alloc(0),
      framing: 'close',
      complete: ending === 'end',
    };
  }
  const body = bytes.subarray(0, Number(length));
  return {
    body,
    trailers: '',
    framing: 'length',
    complete: body.length === Number(length),
    rest: bytes.subarray(body.length),
  };
}

function readChunks(bytes: Buffer): Body {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.subarray(at, Math.max(at, lineEnd)).toString('latin1'), 16);
    const start = lineEnd + 2;
    if (lineEnd !== -1 && size === 0) {
      const end = bytes.indexOf('\r\n\r\n', lineEnd);
      if (end !== -1) {
        const trailers = bytes.subarray(start, Math.max(start, end)).toString('latin1');
        const rest = bytes.subarray(end + 4);
        return { body: Buffer.concat(chunks), trailers, framing: 'chunked', complete: true, rest };
      }
    }
    if (lineEnd === -1 || size === 0) break;
    chunks.push(bytes.subarray(start, start + size));
    at = start + size + 2;
    if (at > bytes.length) break;
  }
  const body = Buffer.concat(chunks);
  return { body, trailers: '', framing: 'chunked', complete: false, rest: Buffer.alloc(0) };
}

export interface RawRequest {
  readonly method?: string;
  readonly version?: '1.0' | '1.1';
  /** Further field lines. */
  readonly fields?: readonly string[];
  readonly body?: string;
}

/** A request that asks for the connection to be closed after the answer. */
export function rawRequest({
  method = 'POST',
  version = '1.1',
  fields = [],
  body,
}: RawRequest = {}): string {
  const sent = body ?? (method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : undefined);
  const lines = [
    `${method} /mcp HTTP/${version}`,
    'Host: gateway.example',
    'Connection: close',
    ...fields,
    ...(sent === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(sent, 'latin1')}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${sent ?? ''}`;
}

/** One request on a connection of its own; the answer as far as it came. */
export async function ask(port: number, request: RawRequest = {}): Promise<RawAnswer> {
  const client = await exchange(port, rawRequest(request));
  const answer = readAnswer(client);
  if (answer === undefined) throw new Error(`No answer: ${JSON.stringify(client.text)}`);
  return answer;
}

const STATUSES = {
  upstream_unauthorized: 502,
  upstream_unreachable: 502,
  upstream_invalid: 502,
  upstream_timeout: 504,
} as const;

export type UpstreamFailure = keyof typeof STATUSES;

/** What says more than a client may know: addresses, paths, Node's error codes, stacks. */
const LEAK = /127\.0\.0\.1|localhost|::1|up\/mcp|\bE[A-Z]{4,}\b|HPE_|ERR_|node:|\.[jt]s\b|\n\s+at /;

/** The answer is that row of the error table (design.md 7), and `onError` was told of it, once. */
export function expectFailure(
  answer: RawAnswer,
  reason: UpstreamFailure,
  { errors }: { readonly errors: readonly Pick<GatewayError, 'reason' | 'status'>[] },
): void {
  const status = STATUSES[reason];
  expect(answer).toMatchObject({ status, complete: true });
  expect(valuesOf(answer, 'content-type')).toEqual(['application/json']);
  const text = answer.body.toString();
  const { id, ...message } = JSON.parse(text);
  // That of the request, as far as it has come.
  expect([null, 1]).toContain(id);
  expect(message).toEqual({
    jsonrpc: '2.0',
    error: { code: status, message: expect.any(String), data: { reason } },
  });
  expect(`${answer.reason} ${answer.headers.join('\n')} ${text}`).not.toMatch(LEAK);
  expect(errors.map((error) => [error.reason, error.status])).toEqual([[reason, status]]);
}
