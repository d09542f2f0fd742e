import type { RawClient } from './raw.ts';

/** An answer as it came over the wire, read by the rules of RFC 9112 alone. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  /** From the status line to the last field. */
  readonly head: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bytes: Buffer;
  /** The body as UTF-8. */
  readonly body: string;
  readonly trailers: string;
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** Whether the end of the body was there, as its framing defines it. */
  readonly complete: boolean;
  /** The bytes after the answer. */
  readonly rest: Buffer;
}

/** The values of a field, one for each line. */
export function valuesOf(answer: Answer, name: string): string[] {
  const wanted = name.toLowerCase();
  return answer.headers.filter(([lower]) => lower === wanted).map(([, value]) => value);
}

/** The value of a field, of all of its lines if there are several. */
export function headerOf(answer: Answer, name: string): string | undefined {
  const values = valuesOf(answer, name);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Reads the first answer that a client has got so far; undefined while its head is not whole. */
export function readAnswer(client: RawClient): Answer | undefined {
  return parseAnswer(client.bytes, client.ending);
}

/** The answer that a client got to a request with this method. */
export function answerOf(client: RawClient, method = 'POST'): Answer {
  const answer = parseAnswer(client.bytes, client.ending, method);
  if (answer === undefined) throw new Error(`No answer: ${JSON.stringify(client.text)}`);
  return answer;
}

/** Reads the first answer in `bytes`, after which the connection had this `ending`. */
export function parseAnswer(
  bytes: Buffer,
  ending: RawClient['ending'],
  method = 'POST',
): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.subarray(0, headEnd).toString('latin1');
  const [first = '', ...lines] = head.split('\r\n');
  const [, code, reason = ''] = /^HTTP\/1\.1 (\d{3})(?: (.*))?$/.exec(first) ?? [];
  if (code === undefined) throw new Error(`Not a status line: ${first}`);
  const headers = lines.map((line) => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`Not a field: ${line}`);
    return [name.toLowerCase(), value] as const;
  });
  const status = Number(code);
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  const framed = readBody(hasBody, headers, bytes.subarray(headEnd + 4), ending);
  // Decoded only if a test asks for it, because some bodies are long.
  return Object.defineProperty({ status, reason, head, headers, ...framed, body: '' }, 'body', {
    enumerable: true,
    get: () => framed.bytes.toString(),
  });
}

type Framed = Pick<Answer, 'bytes' | 'trailers' | 'framing' | 'complete' | 'rest'>;

function readBody(
  hasBody: boolean,
  headers: Answer['headers'],
  bytes: Buffer,
  ending: RawClient['ending'],
): Framed {
  const nothing = { bytes: Buffer.alloc(0), trailers: '', rest: bytes };
  if (!hasBody) return { ...nothing, framing: 'none', complete: true };
  const fields = new Map(headers);
  if (fields.has('transfer-encoding')) return readChunks(bytes);
  const length = fields.get('content-length');
  if (length === undefined) {
    return {
      ...nothing,
      bytes,
      rest: Buffer.alloc(0),
      framing: 'close',
      complete: ending === 'end',
    };
  }
  const body = bytes.subarray(0, Number(length));
  return {
    bytes: body,
    trailers: '',
    framing: 'length',
    complete: body.length === Number(length),
    rest: bytes.subarray(body.length),
  };
}

function readChunks(bytes: Buffer): Framed {
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
        return { bytes: Buffer.concat(chunks), trailers, framing: 'chunked', complete: true, rest };
      }
    }
    if (lineEnd === -1 || size === 0) break;
    chunks.push(bytes.subarray(start, start + size));
    at = start + size + 2;
    if (at > bytes.length) break;
  }
  const body = Buffer.concat(chunks);
  return { bytes: body, trailers: '', framing: 'chunked', complete: false, rest: Buffer.alloc(0) };
}
