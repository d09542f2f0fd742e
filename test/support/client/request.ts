/**
 * Header fields: a record, or a list of pairs and of whole lines. A field without a value is not sent,
 * also if it would be sent by default.
 */
export type Fields =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | readonly (string | readonly [name: string, value: string | undefined])[];

/** How a body is framed. */
export type Framing = 'Content-Length' | 'chunked' | 'chunked, byte by byte';

export interface Outgoing {
  /** Default: POST. */
  readonly method?: string;
  /** Default: `/mcp`. */
  readonly path?: string;
  readonly version?: '1.0' | '1.1';
  /**
   * By default, `Host: gateway.example`, `Connection: close` and, with POST, `Content-Type: application/json`
   * are sent. Fields here are added to these, and replace those with the same name.
   */
  readonly headers?: Fields;
  /** Text is sent as UTF-8. Default: a `ping` where the method is POST. */
  readonly body?: string | Buffer;
  readonly framing?: Framing;
}

export const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

export const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

/** Frames a body: gives the bytes from the last field of the head to the end of the body. */
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

/** The head of a request, without the field that frames its body and the empty line. */
export function headOf(outgoing: Omit<Outgoing, 'body' | 'framing'> = {}): string {
  const { method = 'POST', path = '/mcp', version = '1.1', headers = {} } = outgoing;
  const given = linesOf(headers);
  const named = new Set(given.map(({ name }) => name.toLowerCase()));
  const usual = linesOf({ Host: 'gateway.example', Connection: 'close' });
  const type = method === 'POST' ? linesOf(JSON_TYPE) : [];
  const isFree = ({ name }: Line) => !named.has(name.toLowerCase());
  const all = [...usual.filter(isFree), ...given, ...type.filter(isFree)];
  const lines = all.flatMap(({ line }) => (line === undefined ? [] : [`${line}\r\n`]));
  return `${method} ${path} HTTP/${version}\r\n${lines.join('')}`;
}

interface Line {
  readonly name: string;
  readonly line: string | undefined;
}

function linesOf(headers: Fields): Line[] {
  const fields = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return fields.flatMap((field) => {
    if (typeof field === 'string') return [{ name: field.replace(/:.*/s, ''), line: field }];
    const [name, given] = field;
    const values = typeof given === 'object' ? given : [given];
    return values.map((value) => ({
      name,
      line: value === undefined ? undefined : `${name}: ${value}`,
    }));
  });
}

/** A request as bytes. */
export function requestBytes({ body, framing, ...head }: Outgoing = {}): Buffer {
  const isPost = (head.method ?? 'POST') === 'POST';
  const sent = body ?? (isPost ? PING : undefined);
  const framed =
    sent === undefined ? Buffer.from('\r\n') : FRAMINGS[framing ?? 'Content-Length'](bytesOf(sent));
  return Buffer.concat([Buffer.from(headOf(head), 'latin1'), framed]);
}

function bytesOf(body: string | Buffer): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/** The same as a string in which each character is one byte, as `RawClient` sends it. */
export function rawRequest(outgoing: Outgoing = {}): string {
  return requestBytes(outgoing).toString('latin1');
}
