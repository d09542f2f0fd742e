import { secureUrl } from '../http/secure-url.ts';
import { isScope } from '../oauth/scope.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { readCredential } from '../options/credential.ts';
import { type Duration, readDuration } from '../options/duration.ts';
import type { Parameters, TokenEndpointSettings } from './token-endpoint.ts';

/** Where tokens for the upstream come from, and which tokens they are. */
export interface TokenOptions {
  /** The token endpoint of the authorization server. HTTPS, except on loopback. */
  readonly tokenUrl: string | URL;
  /** The name of this client at the token endpoint. `undefined` is a config error, as below. */
  readonly clientId: string | undefined;
  /** `undefined`, which is what a missing environment variable gives, is a config error. */
  readonly clientSecret: string | undefined;
  /** The scopes to ask for, with blanks between them. Default: the server's. */
  readonly scope?: string;
  /** Who the token is for, by the server's name for it. Default: the server's. */
  readonly audience?: string | readonly string[];
  /** Who the token is for, by its URL (RFC 8707): mostly that of the upstream. Default: the server's. */
  readonly resource?: string | URL | readonly (string | URL)[];
  /** How the client authenticates. Default: `'client_secret_basic'`. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post';
  /** How long the server may take to answer. Default: `'5s'`. */
  readonly timeout?: Duration;
}

/** The keys of {@link TokenOptions}. */
export const TOKEN_OPTIONS = [
  'tokenUrl',
  'clientId',
  'clientSecret',
  'scope',
  'audience',
  'resource',
  'authMethod',
  'timeout',
] as const;

/** The example in the message about options that are missing. */
export const TOKEN_EXAMPLE = '{ tokenUrl, clientId, clientSecret }';

/** Each with its name in oauth4webapi, which is loaded when a token is needed. */
const AUTHENTICATIONS = {
  client_secret_basic: 'ClientSecretBasic',
  client_secret_post: 'ClientSecretPost',
} as const;

/** Reads the options that say where tokens come from. */
export function readTokenOptions(
  problems: ConfigProblems,
  options: TokenOptions,
): TokenEndpointSettings | undefined {
  const { scope, audience = [], resource = [], timeout = '5s' } = options;
  const url = readTokenUrl(problems.at('tokenUrl'), options.tokenUrl);
  const clientId = readCredential(problems.at('clientId'), options.clientId);
  const clientSecret = readCredential(problems.at('clientSecret'), options.clientSecret);
  if (scope !== undefined && !isScopeList(scope)) {
    const expected = "scopes with a blank between two, like 'tools:read tools:call'";
    problems.at('scope').add(scope, expected);
  }
  const parameters: Parameters = [
    ...(scope === undefined ? [] : [['scope', scope] as const]),
    ...readList(problems, 'audience', audience, isAudience, 'a name of the upstream'),
    ...readList(problems, 'resource', resource, isResource, "a URL without '#'"),
  ];
  const authentication = readAuthentication(problems.at('authMethod'), options.authMethod);
  const timeoutMs = readDuration(problems.at('timeout'), timeout);
  if (url === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  if (authentication === undefined || timeoutMs === undefined) return undefined;
  return { url, clientId, clientSecret, authentication, parameters, timeoutMs };
}

function readTokenUrl(problems: ConfigProblems, value: unknown): URL | undefined {
  const url = secureUrl(value);
  if (url !== undefined && url.hash === '') return url;
  problems.addSecret(value, "a URL like 'https://idp.example/token'; http on loopback only");
  return undefined;
}

function readAuthentication(problems: ConfigProblems, value: unknown = 'client_secret_basic') {
  if (typeof value === 'string' && Object.hasOwn(AUTHENTICATIONS, value)) {
    return AUTHENTICATIONS[value as keyof typeof AUTHENTICATIONS];
  }
  problems.add(value, `one of ${Object.keys(AUTHENTICATIONS).join(', ')}`);
  return undefined;
}

function readList<T>(
  problems: ConfigProblems,
  name: string,
  value: T | readonly T[],
  isItem: (item: unknown) => item is T,
  expected: string,
): Parameters {
  const given = Array.isArray(value) ? value : [value];
  const items = problems.at(name).list(given, isItem, expected);
  return items.map((item) => [name, String(item)]);
}

/** RFC 6749 section 3.3. */
function isScopeList(value: unknown): value is string {
  return typeof value === 'string' && value.split(' ').every(isScope);
}

function isAudience(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

/** RFC 8707 section 2: absolute, and without a fragment. */
function isResource(value: unknown): value is string | URL {
  const isText = typeof value === 'string' || value instanceof URL;
  return isText && URL.canParse(String(value)) && !String(value).includes('#');
}
