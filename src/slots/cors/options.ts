import { isFieldName } from '../../http/field.ts';
import { BROWSER_REQUEST_HEADERS, BROWSER_RESPONSE_HEADERS } from '../../mcp/header-names.ts';
import { isMcpMethod, MCP_METHODS, type McpMethod } from '../../mcp/http-methods.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { type Duration, readDuration } from '../../options/duration.ts';
import { CORS_HINTS } from '../../options/other-names.ts';
import { type OriginRule, readOrigins } from './origins.ts';

/** Which web pages may use the endpoint, and how. */
export interface McpCorsOptions {
  /**
   * The origins that may use the endpoint, compared byte for byte: `'https://app.example'`.
   * `'https://*.example.com'` allows every host below `example.com`, not that itself, with the same scheme
   * and port, and never together with `credentials`. Default: none, so that a request with an `Origin` is
   * refused.
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

/** The options, read. */
export interface CorsSettings {
  /** The origins that may use the endpoint. */
  readonly origins: readonly OriginRule[];
  readonly credentials: boolean;
  /** How long a browser may remember a preflight; undefined: as long as it likes. */
  readonly maxAgeSeconds: number | undefined;
  /** The request headers that browsers are told of. */
  readonly allowedHeaders: readonly string[];
  /**
   * Further request headers that a preflight may ask for. A preflight that does not ask for them is not told
   * of them.
   */
  readonly furtherHeaders: readonly string[];
  readonly exposedHeaders: readonly string[];
  readonly methods: readonly McpMethod[];
}

const OPTIONS = [
  'origin',
  'credentials',
  'maxAge',
  'allowedHeaders',
  'exposedHeaders',
  'methods',
] as const;

/** What other options of a gateway say of CORS. */
export interface CorsPresets {
  /** The origins where the option names none. */
  readonly origin?: readonly string[];
  readonly furtherHeaders?: readonly string[];
  /** The methods, in place of those of the option. */
  readonly methods?: readonly McpMethod[];
}

/** Reads the options. */
export function readCors(
  problems: ConfigProblems,
  options: McpCorsOptions,
  { furtherHeaders = [], ...presets }: CorsPresets = {},
): CorsSettings | undefined {
  if (!problems.keys(options, OPTIONS, "{ origin: 'https://app.example' }", CORS_HINTS))
    return undefined;
  const {
    // Where the option is present but undefined, because a variable is missing, no default may take its
    // place.
    origin = Object.hasOwn(options, 'origin') ? [] : (presets.origin ?? []),
    credentials = false,
    maxAge = '10m',
    allowedHeaders = [],
    exposedHeaders = [],
  } = options;
  const { methods = options.methods ?? MCP_METHODS } = presets;
  problems.at('credentials').flag(credentials);
  const maxAgeMs = maxAge === false ? undefined : readDuration(problems.at('maxAge'), maxAge);
  const readNames = (name: 'allowedHeaders' | 'exposedHeaders', names: unknown) =>
    problems.at(name).list(names, isFieldName, 'a header name');
  return {
    origins: readOrigins(problems.at('origin'), origin, credentials === true),
    credentials,
    maxAgeSeconds: maxAgeMs === undefined ? undefined : Math.floor(maxAgeMs / 1000),
    allowedHeaders: once([
      ...BROWSER_REQUEST_HEADERS,
      ...readNames('allowedHeaders', allowedHeaders),
    ]),
    furtherHeaders,
    exposedHeaders: once([
      ...BROWSER_RESPONSE_HEADERS,
      ...readNames('exposedHeaders', exposedHeaders),
    ]),
    methods: problems.at('methods').list(methods, isMcpMethod, `one of ${MCP_METHODS.join(', ')}`),
  };
}

/** Each header name once, in upper or lower case. */
function once(names: readonly string[]): string[] {
  const lower = names.map((name) => name.toLowerCase());
  return names.filter((_name, i) => lower.indexOf(lower[i] ?? '') === i);
}
