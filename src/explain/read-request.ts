import { isIP } from 'node:net';
import { isFieldName, isFieldValue } from '../http/field.ts';
import { splitTarget } from '../http/request-target.ts';
import type { DescribedRequest } from './described-request.ts';

/** A description, read: what a server would be given. */
export interface ReadRequest {
  readonly method: string;
  /** Names and values in turn. */
  readonly lines: readonly string[];
  readonly ip: string;
  readonly body: Buffer | undefined;
  /** Where the gateway is mounted. */
  readonly baseUrl: string;
  /** Path and query from there on. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
}

const KEYS: ReadonlySet<string> = new Set<keyof DescribedRequest>([
  'method',
  'headers',
  'ip',
  'body',
  'message',
  'principal',
  'url',
  'params',
]);

/**
 * Reads it.
 *
 * @param path - The route of the endpoint.
 * @throws {TypeError} for what is no request.
 * @throws {RangeError} where its URL is that of another route.
 */
export function readRequest(request: DescribedRequest, path: string): ReadRequest {
  if (typeof request !== 'object' || request === null)
    throw new TypeError('The request is an object');
  const unknown = Object.keys(request).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw new TypeError(`A request has no '${unknown}'; it has ${[...KEYS].join(', ')}`);
  }
  const { method = 'POST', ip = '127.0.0.1', params = {} } = request;
  if (!isFieldName(method)) throw new TypeError("`method` is a method of HTTP: 'POST'");
  if (typeof ip !== 'string' || isIP(ip) === 0)
    throw new TypeError("`ip` is an address: '192.0.2.1'");
  const body = bodyOf(request);
  const lines = [...linesOf(request), ...addedLines(request, body)];
  return { method, ip, body, lines, params: { ...params }, ...placeOf(request.url ?? path, path) };
}

function bodyOf({ body, message }: DescribedRequest): Buffer | undefined {
  if (body !== undefined && message !== undefined) {
    throw new TypeError('A request has `body` or `message`, not both');
  }
  if (body === undefined && message === undefined) return undefined;
  const bytes = body ?? JSON.stringify(message);
  if (typeof bytes === 'string') return Buffer.from(bytes);
  if (bytes instanceof Uint8Array) return Buffer.from(bytes);
  throw new TypeError('`body` is a text or bytes, `message` what JSON can hold');
}

function linesOf({ headers = {} }: DescribedRequest): string[] {
  return Object.entries(headers).flatMap(([name, given]) => {
    if (given === undefined) return [];
    if (!isFieldName(name)) throw new TypeError(`'${name}' is no header name`);
    return [given].flat().flatMap((value) => {
      // It may be a secret.
      if (!isFieldValue(value)) throw new TypeError(`The value of '${name}' is no header value`);
      return [name, value];
    });
  });
}

/** Those that every client adds. */
function addedLines(
  { headers = {}, message }: DescribedRequest,
  body: Buffer | undefined,
): string[] {
  if (body === undefined) return [];
  const given = new Set(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : name.toLowerCase(),
    ),
  );
  const isSized = given.has('content-length') || given.has('transfer-encoding');
  const isTyped = message === undefined || given.has('content-type');
  return [
    ...(isTyped ? [] : ['Content-Type', 'application/json']),
    ...(isSized ? [] : ['Content-Length', String(body.length)]),
  ];
}

/** A trailing slash is the same route. */
function placeOf(target: string, path: string): Pick<ReadRequest, 'baseUrl' | 'url'> {
  const { path: whole, query } = splitTarget(target);
  const asked = whole.replace(/\/$/, '');
  const own = path === '/' ? '' : path;
  if (!asked.endsWith(own) || !/^(?:\/|$)/.test(whole)) {
    throw new RangeError(`\`url\` is not that of the endpoint: its path ends with ${path}`);
  }
  return {
    baseUrl: asked.slice(0, asked.length - own.length),
    url: (own || '/') + (query === '' ? '' : `?${query}`),
  };
}
