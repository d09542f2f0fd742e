import type { IncomingMessage, ServerResponse } from 'node:http';
import corsHeaders from 'cors';
import vary from 'vary';
import { answerError } from '../../answer-error.ts';
import { isFieldName } from '../../http/field.ts';
import type { Middleware } from '../../http/middleware.ts';
import { MCP_PREFIX } from '../../mcp/header-names.ts';
import { MCP_METHODS } from '../../mcp/http-methods.ts';
import type { Basis } from '../basis.ts';
import type { Slot } from '../slot.ts';
import { type CorsSettings, type McpCorsOptions, readCors } from './options.ts';
import { originMatcher } from './origins.ts';

/**
 * Answers CORS, and refuses a request from an origin that is not allowed, which CORS itself does not do. A
 * preflight is answered here, before a slot asks for a credential that it cannot carry.
 */
export function answerCors(settings: CorsSettings): Middleware {
  const listed = [...settings.allowedHeaders];
  const isAllowed = originMatcher(settings.origins);
  const { credentials, maxAgeSeconds } = settings;
  const exposed = settings.exposedHeaders.join(',');
  const base = {
    origin: [...settings.origins],
    credentials,
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
    methods: [...settings.methods],
    exposedHeaders: [...settings.exposedHeaders],
  };
  const allowed = new Set(
    [...listed, ...settings.furtherHeaders].map((name) => name.toLowerCase()),
  );
  // The library takes every OPTIONS for a preflight; with this option, requests that are none go on.
  const answer = corsHeaders({ ...base, preflightContinue: true });
  const answerPreflight = corsHeaders((req, done) =>
    done(null, { ...base, allowedHeaders: reflect(req as IncomingMessage, allowed) ?? listed }),
  );

  return function corsMiddleware(req, res, next) {
    const origin = req.headers.origin;
    if (isForDisplay(req)) {
      tellVary(res, BY_ORIGIN);
      answerError(req, res, 'origin_not_allowed', NO_PAGE);
    } else if (origin === undefined) {
      tellVary(res, BY_ORIGIN);
      if (isOfAnotherSite(req)) answerError(req, res, 'origin_not_allowed');
      else next();
    } else if (!isAllowed(origin)) {
      tellVary(res, BY_ORIGIN);
      answerError(req, res, 'origin_not_allowed');
    } else if (isPreflight(req)) {
      tellVary(res, `${BY_DESTINATION}, Access-Control-Request-Headers`);
      answerPreflight(req as CorsRequest, res as CorsResponse, next);
    } else if (req.method === 'OPTIONS') {
      // The library adds `Origin`.
      tellVary(res, BY_DESTINATION);
      answer(req as CorsRequest, res as CorsResponse, next);
    } else {
      tellVary(res, BY_ORIGIN);
      res.setHeader('Access-Control-Allow-Origin', origin);
      if (credentials) res.setHeader('Access-Control-Allow-Credentials', 'true');
      res.setHeader('Access-Control-Expose-Headers', exposed);
      next();
    }
  };
}

/** A cache must not show as a page what a script has fetched. */
const BY_DESTINATION = 'Sec-Fetch-Dest';
const BY_ORIGIN = `${BY_DESTINATION}, Origin`;

/** Adds fields to `Vary`. Most answers have no `Vary` yet, so that nothing has to be read. */
function tellVary(res: ServerResponse, fields: string): void {
  if (res.hasHeader('Vary')) vary(res, fields);
  else res.setHeader('Vary', fields);
}

type CorsRequest = Parameters<ReturnType<typeof corsHeaders>>[0] & IncomingMessage;
type CorsResponse = Parameters<ReturnType<typeof corsHeaders>>[1] & ServerResponse;

/**
 * Whether a browser says that a page of another origin is behind a request that carries no `Origin`: an
 * image, a link, a `no-cors` GET. The page could not read the answer, but the request would reach the
 * upstream. See W3C Fetch Metadata, section 2.3.
 */
function isOfAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}

/**
 * Whether a browser makes a request to show its answer, or to run it: a page, a frame, an image, a script.
 * The answer comes from another server, but the browser would show it as a page of the app's own origin, with
 * the app's cookies. A `fetch` and an `EventSource` have the destination `empty`. See W3C Fetch Metadata,
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

/** The slot. What a browser is told of methods and headers follows from other options. */
export const cors: Slot<CorsConfig, CorsSettings, 'cors'> = {
  name: 'cors',
  options: ['cors'],
  read(problems, { cors: options = {}, legacySse = false }, basis) {
    if (options === false) return undefined;
    const place = problems.at('cors');
    if (Object.hasOwn(Object(options), 'methods')) {
      place.at('methods').add('an option', 'methods, which is the same for CORS', 'unknown_option');
    }
    const { publicUrl, identity, headers, methods = MCP_METHODS } = basis;
    return readCors(place, options, {
      origin: publicUrl ? [publicUrl.origin] : [],
      // The routes of the older transport have methods of their own.
      methods: legacySse ? MCP_METHODS : methods,
      furtherHeaders: [...credentialHeaders(identity), ...(headers?.forwardNames ?? [])],
    });
  },
  build: (settings) => answerCors(settings),
};

interface CorsConfig {
  readonly cors?: Omit<McpCorsOptions, 'methods'> | false;
  readonly legacySse?: unknown;
}

/** The header fields with credentials, which pages have to be able to send. */
function credentialHeaders({ schemes, relaysTokens }: Basis['identity']): readonly string[] {
  const own = schemes.flatMap(({ header }) => header ?? []);
  return relaysTokens ? [...own, 'DPoP'] : own;
}
