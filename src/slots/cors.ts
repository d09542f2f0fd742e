import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';
import vary from 'vary';
import { answerError } from '../answer-error.ts';
import { isFieldName } from '../http/field.ts';
import type { Middleware } from '../http/middleware.ts';
import {
  BROWSER_REQUEST_HEADERS,
  BROWSER_RESPONSE_HEADERS,
  MCP_PREFIX,
} from '../mcp/header-names.ts';
import { isMcpMethod, MCP_METHODS, type McpMethod } from '../mcp/http-methods.ts';
import { type ConfigProblems, checkConfig } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';
import { onWayBack } from './way-back.ts';

/** Who may use the endpoint from a web page. */
export interface McpCorsOptions {
  /**
   * The origins that may, compared byte for byte: `'https://app.example'`. Default: none, so that a
   * request with an `Origin` is refused.
   */
  readonly origin?: string | readonly string[];
  /** Whether a page may send cookies. Default: `false`. */
  readonly credentials?: boolean;
  /** How long a browser may remember a preflight. Default: `'10m'`. */
  readonly maxAge?: Duration | false;
  /** Request headers to allow besides those of MCP. Default: none. */
  readonly allowedHeaders?: readonly string[];
  /** Response headers to expose besides those of MCP. Default: none. */
  readonly exposedHeaders?: readonly string[];
  /** The methods that a preflight is told of. Default: `['POST', 'GET', 'DELETE']`. */
  readonly methods?: readonly McpMethod[];
}

/**
 * CORS with MCP's headers preset, and the check that CORS is not: a request from an origin that is
 * not allowed is refused with 403 on every method, as MCP demands against DNS rebinding, and so is one
 * that a browser makes to show the answer (`Sec-Fetch-Mode: navigate`, `Sec-Fetch-Dest: iframe`). Preflights
 * are answered here, before anything asks for a credential that they cannot carry.
 *
 * @param options - See {@link McpCorsOptions}.
 * @param further - Headers that a preflight may ask for as well, as the gateway finds them in its other
 * options; who does not ask for them is not told of them. Default: none.
 * @throws {GatewayConfigError} for anything that is not an origin, `'*'` included.
 * @see Fetch standard, "CORS protocol"; MCP, Streamable HTTP, "Security Warning"
 */
export function mcpCors(options: McpCorsOptions = {}, further: readonly string[] = []): Middleware {
  const { origins, base, listed } = checkConfig((problems) => compile(problems, options));
  const allowed = new Set([...listed, ...further].map((name) => name.toLowerCase()));
  // The library takes every OPTIONS for a preflight; those that are none go on.
  const answer = cors({ ...base, preflightContinue: true });
  const answerPreflight = cors((req, done) =>
    done(null, { ...base, allowedHeaders: reflect(req as IncomingMessage, allowed) ?? listed }),
  );

  return function mcpCorsMiddleware(req, res, next) {
    const origin = req.headers.origin;
    // What a page's script may have, a cache must not show as a page.
    vary(res, 'Sec-Fetch-Dest');
    if (isForDisplay(req)) {
      vary(res, 'Origin');
      answerError(req, res, 'origin_not_allowed', NO_PAGE);
    } else if (origin === undefined) {
      vary(res, 'Origin');
      if (isOfAnotherSite(req)) answerError(req, res, 'origin_not_allowed');
      else next();
    } else if (!origins.has(origin)) {
      vary(res, 'Origin');
      answerError(req, res, 'origin_not_allowed');
    } else if (isPreflight(req)) {
      vary(res, 'Access-Control-Request-Headers');
      answerPreflight(req as CorsRequest, res as CorsResponse, next);
    } else {
      answer(req as CorsRequest, res as CorsResponse, next);
    }
  };
}

/**
 * What becomes of the CORS headers of the upstream: they end here, or where it speaks for itself
 * (`isRelayed`), they come back but for those that the app has set.
 */
export function corsOfAnswers(isRelayed: boolean): Middleware {
  return onWayBack({
    head(_req, head) {
      for (const field of head.fields) {
        if (!field.folded.startsWith('access-control-')) continue;
        if (!isRelayed || head.isSet(field.folded)) field.ends = true;
      }
    },
  });
}

type CorsRequest = Parameters<ReturnType<typeof cors>>[0] & IncomingMessage;
type CorsResponse = Parameters<ReturnType<typeof cors>>[1] & ServerResponse;

/**
 * Whether a browser says that a page of another origin is behind a request that carries no `Origin`:
 * an image, a link, a `no-cors` GET. The page would learn nothing, but the upstream would hear of it.
 * See W3C Fetch Metadata, section 2.3.
 */
function isOfAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/**
 * Whether a browser makes a request to show its answer, or to run it: a page, a frame, an image, a
 * script. The answer is another server's, and would be a page of the app's own origin, opened with the
 * app's cookies. A `fetch` and an `EventSource` have the destination `empty`. See W3C Fetch Metadata,
 * sections 2.1 and 2.2.
 */
function isForDisplay({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-dest': destination = EMPTY, 'sec-fetch-mode': mode } = headers;
  return destination !== EMPTY || mode === 'navigate' || mode === 'nested-navigate';
}

const EMPTY = 'empty';

const NO_PAGE = {
  message: 'This endpoint serves no page, image or script; a page may use fetch',
  detail: 'a browser would have shown the answer',
};

/** Fetch standard, "CORS-preflight request"; any other OPTIONS is a method like the rest. */
function isPreflight(req: IncomingMessage): boolean {
  return req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined;
}

/**
 * The allowed ones among the headers that the page asks for. Fetch has no prefix wildcard, so that
 * `Mcp-Param-*` can be allowed by name only; undefined when the page asks for none.
 */
function reflect(req: IncomingMessage, allowed: ReadonlySet<string>): string[] | undefined {
  const requested = req.headers['access-control-request-headers'];
  if (requested === undefined) return undefined;
  const names = requested.split(',').map((name) => name.trim());
  const known = names.filter((name) => {
    const lower = name.toLowerCase();
    return allowed.has(lower) || (lower.startsWith(MCP_PREFIX) && isFieldName(name));
  });
  // Each once, however often it was asked for.
  return [...new Set(known)];
}

const OPTIONS = [
  'origin',
  'credentials',
  'maxAge',
  'allowedHeaders',
  'exposedHeaders',
  'methods',
] as const;

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,*]+$/;

function compile(problems: ConfigProblems, options: McpCorsOptions) {
  problems.root(options, OPTIONS);
  const {
    origin = [],
    credentials = false,
    maxAge = '10m',
    allowedHeaders = [],
    exposedHeaders = [],
    methods = MCP_METHODS,
  } = options;
  if (typeof credentials !== 'boolean') problems.add('credentials', credentials, 'true or false');
  if (credentials === true && [origin].flat().includes('null')) {
    problems.add(
      'origin',
      'null',
      "no 'null' with credentials: every sandboxed page has that origin",
    );
  }
  const maxAgeMs = maxAge === false ? 0 : readDuration(problems, 'maxAge', maxAge);
  const readNames = (path: string, names: unknown) =>
    problems.list(path, names, isFieldName, 'a header name');
  const origins = readOrigins(problems, origin);
  const listed = [...BROWSER_REQUEST_HEADERS, ...readNames('allowedHeaders', allowedHeaders)];
  const exposed = readNames('exposedHeaders', exposedHeaders);
  const base = {
    origin: origins,
    credentials,
    ...(maxAge !== false && { maxAge: Math.floor(maxAgeMs / 1000) }),
    methods: problems.list('methods', methods, isMcpMethod, `one of ${MCP_METHODS.join(', ')}`),
    exposedHeaders: [...BROWSER_RESPONSE_HEADERS, ...exposed],
  };
  return { origins: new Set(origins), base, listed };
}

function readOrigins(problems: ConfigProblems, origin: unknown): string[] {
  const expected = "an exact origin like 'https://app.example', without a path";
  if (Array.isArray(origin)) return problems.list('origin', origin, isOrigin, expected);
  if (isOrigin(origin)) return [origin];
  problems.add('origin', origin, expected);
  return [];
}

function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value === 'null') return true;
  if (!ORIGIN.test(value)) return false;
  return !/^https?:/.test(value) || (URL.canParse(value) && new URL(value).origin === value);
}
