import { isIP } from 'node:net';
import { splitTarget } from '../http/request-target.ts';
import { nodeHttp } from '../lib/built-in.ts';
import type { DescribedRequest } from './described-request.ts';
import { headerLines } from './header-lines.ts';

/** A description, read: the request as a server would get it. */
export interface ReadRequest {
  readonly method: string;
  /** Names and values in turn. */
  readonly lines: readonly string[];
  readonly ip: string;
  readonly body: Buffer | undefined;
  /** Where the gateway is mounted. */
  readonly baseUrl: string;
  /** Path and query from there on, as they are written. */
  readonly url: string;
  /** The whole URL, as it is written. */
  readonly originalUrl: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The same, and which route it is for. */
export interface RoutedRequest<Route> extends ReadRequest {
  readonly route: Route;
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
 * Reads a description.
 *
 * @param routes - The routes that it may be for. Without a URL it is for the first.
 * @throws {TypeError} for what is no request.
 * @throws {RangeError} where its URL is that of none of them.
 */
export function readRequest<Route extends { readonly path: string }>(
  request: DescribedRequest,
  routes: readonly Route[],
): RoutedRequest<Route> {
  if (!isRecord(request)) throw new TypeError('`request` is an object');
  const unknown = Object.keys(request).find((key) => !KEYS.has(key));
  if (unknown !== undefined) {
    throw new TypeError(`\`request.${unknown}\` is unknown; known are ${[...KEYS].join(', ')}`);
  }
  const {
    method = 'POST',
    headers = {},
    ip = '127.0.0.1',
    params = {},
    url = routes[0]?.path,
  } = request;
  if (!isServed(method)) {
    throw new TypeError(
      "`request.method` is a method of HTTP that Node serves, in capitals: 'POST'",
    );
  }
  if (!isRecord(headers)) throw new TypeError('`request.headers` is an object of names and values');
  if (typeof ip !== 'string' || isIP(ip) === 0) {
    throw new TypeError("`request.ip` is an address: '192.0.2.1'");
  }
  if (!isRecord(params) || Object.values(params).some((value) => typeof value !== 'string')) {
    throw new TypeError('`request.params` is an object of names and texts');
  }
  if (typeof url !== 'string' || !/^[!-~]+$/.test(url)) {
    throw new TypeError("`request.url` is a text as it would be sent: '/mcp?team=a'");
  }
  const body = bodyOf(request);
  const lines = headerLines(request, body);
  return { method, ip, body, lines, params: { ...params }, ...placeOf(url, routes) };
}

/** Node refuses any other, and gives a `CONNECT` to no app. */
function isServed(method: string): boolean {
  return nodeHttp.METHODS.includes(method) && method !== 'CONNECT';
}

function bodyOf({ body, message }: DescribedRequest): Buffer | undefined {
  if (body !== undefined && message !== undefined) {
    throw new TypeError('`request.body` and `request.message` exclude each other');
  }
  if (body === undefined && message === undefined) return undefined;
  const bytes = body === undefined ? jsonOf(message) : body;
  if (typeof bytes === 'string') return Buffer.from(bytes);
  if (bytes instanceof Uint8Array) return Buffer.from(bytes);
  throw new TypeError('`request.body` is a text or bytes');
}

function jsonOf(message: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(message);
  } catch (cause) {
    throw new TypeError('`request.message` is what JSON can hold', { cause });
  }
  if (json === undefined) throw new TypeError('`request.message` is what JSON can hold');
  return json;
}

/** What is iterable, a list, a `Map` or `Headers`, has no names of its own. */
function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !(Symbol.iterator in value);
}

/**
 * Which route it is for, and where the gateway is mounted then. It could be for several, because the URL does
 * not say where the mount path ends: then it is for the route with the longest path. A trailing slash is the
 * same route.
 */
function placeOf<Route extends { readonly path: string }>(
  target: string,
  routes: readonly Route[],
): Pick<RoutedRequest<Route>, 'route' | 'baseUrl' | 'url' | 'originalUrl'> {
  const { origin, path: whole } = splitTarget(target);
  const asked = whole.replace(/\/$/, '');
  const [route] = routes
    .filter(({ path }) => asked.endsWith(ownOf(path)))
    .sort((one, other) => other.path.length - one.path.length);
  if (route === undefined || !/^(?:\/|$)/.test(whole)) {
    const paths = routes.map(({ path }) => path).join(' or ');
    throw new RangeError(
      `\`request.url\` is not that of the endpoint: its path ends with ${paths}`,
    );
  }
  const baseUrl = asked.slice(0, asked.length - ownOf(route.path).length);
  const rest = target.slice(origin.length + baseUrl.length);
  // As Express does it for what is mounted on all of a path.
  const url = origin + (origin === '' && !rest.startsWith('/') ? `/${rest}` : rest);
  return { route, baseUrl, url, originalUrl: target };
}

function ownOf(path: string): string {
  return path === '/' ? '' : path;
}
