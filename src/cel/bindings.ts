import type { IncomingMessage } from 'node:http';
import type { CelInput } from '@bufbuild/cel';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { splitTarget } from '../http/request-target.ts';
import { readAddress } from '../lib/address.ts';
import type { RequestPolicyContext } from '../slots/policies/policy.ts';
import { firstUpper } from './check-members.ts';
import { goName } from './go-name.ts';
import type { Bindings } from './program.ts';
import { mapView } from './view.ts';

/** What Express adds to a request. */
interface RoutedRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly params?: unknown;
}

/** Values of header fields by name, as Go writes the names. */
export type GoHeaders = Readonly<Record<string, readonly string[]>>;

/** What an expression sees in place of what the client sent, and of what the route has. */
export interface Shown {
  /** The value of `req_headers`. Default: all headers of the client. */
  readonly headersOf?: (ctx: RequestPolicyContext) => GoHeaders;
  /** The names in `req_params`, by those that the route has for them. Default: those of the route. */
  readonly params?: ReadonlyMap<string, string>;
  /** Whether a name of the query is in `req_querystring`. Default: all are. */
  readonly showsQuery?: (name: string) => boolean;
}

/**
 * Makes a function that reads the values of `names` from a context; it reads no others. A principal or a
 * message that is absent is null.
 */
export function bindingsFor(
  names: ReadonlySet<string>,
  { headersOf = goHeaders, params = NO_OTHERS, showsQuery = () => true }: Shown = {},
): (ctx: RequestPolicyContext) => Bindings {
  const sources = Object.entries({
    ...SOURCES,
    req_headers: (ctx: RequestPolicyContext) => mapView(headersOf(ctx)),
    req_params: ({ req }: RequestPolicyContext) => mapView(paramsOf(req, params)),
    req_querystring: ({ req }: RequestPolicyContext) => mapView(queryOf(req, showsQuery)),
  });
  const used = sources.filter(([name]) => names.has(name));
  return (ctx) => {
    const bindings = Object.create(null) as Record<string, CelInput>;
    for (const [name, read] of used) {
      const value = read(ctx);
      if (value !== undefined) bindings[name] = value;
    }
    return bindings;
  };
}

const NO_OTHERS: ReadonlyMap<string, string> = new Map();

type Source = (ctx: RequestPolicyContext) => CelInput | undefined;

const SOURCES: Readonly<Record<string, Source>> = {
  mcp: ({ mcp }) => (mcp === undefined ? null : mapView(mcp)),
  principal: ({ principal }) => (principal === undefined ? null : mapView(principal)),
  ip: ({ ip }) => plainAddress(ip),
  headers: ({ headers }) => mapView(joined(headers)),
  now: () => timestampFromMs(Date.now()),
  req_method: ({ req }) => req.method ?? '',
  req_path: ({ req }) => pathOf(req),
  JWT: ({ principal }) => (principal === undefined ? undefined : mapView(principal.claims ?? {})),
};

/** The parameters of the route as texts. An optional parameter that the path does not have is left out. */
function paramsOf(
  { params }: RoutedRequest,
  names: ReadonlyMap<string, string>,
): Record<string, string> {
  const texts = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(Object(params))) {
    if (value === undefined) continue;
    texts[firstUpper(names.get(name) ?? name)] = Array.isArray(value)
      ? value.join('/')
      : String(value);
  }
  return texts;
}

function queryOf(req: RoutedRequest, shows: (name: string) => boolean): Record<string, string[]> {
  const query = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of new URLSearchParams(urlOf(req).query)) {
    if (!shows(name)) continue;
    const values = query[name];
    if (values === undefined) query[name] = [value];
    else values.push(value);
  }
  return query;
}

/**
 * All headers of the client. `X-Forwarded-For` and `X-Forwarded-Host` are the gateway's own: the address is
 * the one that the gateway believes.
 */
function goHeaders({ req, ip, headers }: RequestPolicyContext): GoHeaders {
  const all = Object.create(null) as Record<string, readonly string[]>;
  for (const [name, values] of Object.entries(req.headersDistinct)) {
    if (values !== undefined) all[goName(name)] = values;
  }
  all['X-Forwarded-For'] = [plainAddress(ip)];
  all['X-Forwarded-Host'] = [headers.host ?? ''];
  return all;
}

function joined(headers: RequestPolicyContext['headers']): Record<string, string> {
  const texts = Object.create(null) as Record<string, string>;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) texts[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return texts;
}

/** The address in the one spelling that can be compared: `::ffff:192.0.2.1` is `192.0.2.1`. */
function plainAddress(address: string): string {
  return readAddress(address)?.text ?? address;
}

function urlOf({ originalUrl, url }: RoutedRequest): { path: string; query: string } {
  return splitTarget(originalUrl ?? url ?? '');
}

/** The path, decoded as Go does it. */
function pathOf(req: RoutedRequest): string {
  const { path } = urlOf(req);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
