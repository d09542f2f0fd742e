import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { serveRaw } from '../../support/servers.ts';

/** A request as it was on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** The values of a field, by its lower-case name. */
export function valuesOf(request: WireRequest | undefined, name: string): string[] {
  return (request?.fields ?? []).filter(([n]) => n.toLowerCase() === name).map(([, v]) => v);
}

export interface StrictUpstream {
  readonly target: string;
  /** The requests that came whole and well framed, in order. */
  readonly seen: WireRequest[];
  /** What came that a gateway must never send. */
  readonly faults: string[];
  /** Heads that came, whole request or not. */
  readonly heads: readonly string[];
  /** Connections that are open. */
  readonly open: ReadonlySet<Socket>;
  /** Waits until `condition` holds; looks whenever something came or a connection went. */
  until(condition: () => boolean): Promise<void>;
}

/** Fields that may come besides those a test allows. */
const STANDARD = new Set([
  'accept',
  'accept-encoding',
  'baggage',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'last-event-id',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'user-agent',
  'via',
]);

const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/;
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{}}';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${RESULT.length}\r\n\r\n${RESULT}`;

/**
 * An upstream with a parser of its own that takes only what RFC 9112 allows and what the gateway
 * promises: anything a second parser could read differently is a fault, where `node:http` would
 * repair it or refuse it without a trace.
 */
export async function strictUpstream(allowed: readonly string[] = []): Promise<StrictUpstream> {
  const names = new Set([...STANDARD, ...allowed]);
  const seen: WireRequest[] = [];
  const faults: string[] = [];
  const heads: string[] = [];
  const open = new Set<Socket>();
  const changes = new EventEmitter();

  const { port } = await serveRaw((socket) => {
    let bytes = '';
    open.add(socket);
    socket.on('close', () => {
      open.delete(socket);
      changes.emit('change');
    });
    socket.on('end', () => socket.end());
    let headLength = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.toString('latin1');
      if (headLength === 0) {
        headLength = bytes.indexOf('\r\n\r\n') + 4;
        if (headLength === 3) headLength = 0;
        else heads.push(bytes.slice(0, headLength));
      }
      try {
        const request = parse(bytes, port, names);
        if (request !== undefined) {
          seen.push(request);
          socket.write(ANSWER);
          bytes = '';
          headLength = 0;
        }
      } catch (fault) {
        faults.push(`${(fault as Error).message}: ${JSON.stringify(bytes.slice(0, 2000))}`);
        socket.destroy();
      }
      changes.emit('change');
    });
  });

  return {
    target: `http://127.0.0.1:${port}/up/mcp`,
    seen,
    faults,
    heads,
    open,
    async until(condition) {
      while (!condition()) await once(changes, 'change');
    },
  };
}

/** The request that `bytes` are, undefined while they are not whole. Throws for anything else. */
function parse(bytes: string, port: number, names: ReadonlySet<string>): WireRequest | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const [requestLine = '', ...lines] = bytes.slice(0, headEnd).split('\r\n');
  const method = /^(POST|GET|DELETE) \/up\/mcp HTTP\/1\.1$/.exec(requestLine)?.[1];
  if (method === undefined) throw new Error('a request line that is not the target');
  const fields = lines.map((line) => {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error('a line that is no field');
    const lower = name.toLowerCase();
    if (!names.has(lower) && !lower.startsWith('mcp-')) throw new Error(`the field ${name}`);
    return [name, value] as const;
  });
  const request = { method, fields, body: '' };
  if (valuesOf(request, 'host').join() !== `127.0.0.1:${port}`) throw new Error('another host');
  const body = parseBody(request, bytes.slice(headEnd + 4));
  return body === undefined ? undefined : { ...request, body };
}

function parseBody(request: WireRequest, bytes: string): string | undefined {
  const codings = valuesOf(request, 'transfer-encoding');
  const lengths = valuesOf(request, 'content-length');
  if (codings.length + lengths.length > 1) throw new Error('two framings');
  if (request.method !== 'POST' && (codings.length > 0 || Number(lengths[0] ?? 0) > 0)) {
    throw new Error(`a body on ${request.method}`);
  }
  if (codings.length > 0) {
    if (codings[0] !== 'chunked') throw new Error('a coding that is not chunked');
    return dechunk(bytes);
  }
  const length = lengths[0] ?? '0';
  if (!/^\d+$/.test(length)) throw new Error('a length that is no number');
  if (bytes.length > Number(length)) throw new Error('bytes after the request');
  return bytes.length < Number(length) ? undefined : bytes;
}

function dechunk(bytes: string): string | undefined {
  let body = '';
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = bytes.slice(at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(size)) throw new Error('a chunk size that is no number');
    const start = lineEnd + 2;
    const end = start + Number.parseInt(size, 16);
    if (bytes.length < end + 2) return undefined;
    if (bytes.slice(end, end + 2) !== '\r\n') throw new Error('a chunk longer than its size');
    at = end + 2;
    if (end === start) {
      if (bytes.length > at) throw new Error('bytes after the request');
      return body;
    }
    body += bytes.slice(start, end);
  }
}
