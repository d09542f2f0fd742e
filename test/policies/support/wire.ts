import { exchange, type RawClient } from '../../support/raw-client.ts';

/** Header lines, or one line for each field. */
export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

export const JSON_TYPE: Fields = { 'Content-Type': 'application/json' };

/** How a body is framed. */
export type Framing = 'Content-Length' | 'chunked' | 'chunked, byte by byte';

export const FRAMINGS: Readonly<Record<Framing, (body: Buffer) => Buffer>> = {
  'Content-Length': sized,
  chunked: (body) => chunked([body]),
  'chunked, byte by byte': (body) => chunked([...body].map((byte) => Buffer.from([byte]))),
};

function sized(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
}

function chunked(parts: readonly Buffer[]): Buffer {
  const framed = parts
    .filter((part) => part.length > 0)
    .flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
  const head = Buffer.from('Transfer-Encoding: chunked\r\n\r\n');
  return Buffer.concat([head, ...framed, Buffer.from('0\r\n\r\n')]);
}

export interface Sending {
  readonly headers?: Fields;
  readonly framing?: Framing;
  readonly path?: string;
}

/** The head of a POST, up to what frames its body. */
export function headOf({ headers = JSON_TYPE, path = '/mcp' }: Sending = {}): string {
  const fields = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}`;
}

/** An answer, with its body as it was sent. */
export interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Posts these bytes on a connection of their own. Text is sent as UTF-8. */
export async function post(
  port: number,
  body: string | Buffer,
  sending: Sending = {},
): Promise<Answer> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const framed = FRAMINGS[sending.framing ?? 'Content-Length'](bytes);
  return answerOf(
    await exchange(port, Buffer.concat([Buffer.from(headOf(sending), 'latin1'), framed])),
  );
}

/** The one answer that a client got. */
export function answerOf({ text, bytes }: Pick<RawClient, 'text' | 'bytes'>): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(text) ?? [];
  return {
    status: Number(status),
    head: text.slice(0, end),
    body: bytes.subarray(end + 4).toString(),
  };
}

/**
 * What came of a request: the status, or with 200 the code of the JSON-RPC error that answers it,
 * which is the status of that refusal elsewhere.
 */
export function outcomeOf(answer: Pick<Answer, 'status' | 'body'>): number {
  if (answer.status !== 200) return answer.status;
  return JSON.parse(answer.body || '{}').error?.code ?? 200;
}

/** The `error` of an answer. */
export function errorOf({ body }: Answer): {
  code: number;
  message: string;
  data: { reason: string };
} {
  return JSON.parse(body).error;
}
