import { secureUrl } from '../../../http/secure-url.ts';
import { isText } from '../../../lib/text.ts';
import { isScope } from '../../../oauth/scope.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { readCredential } from '../../../options/credential.ts';
import { type Duration, readDuration } from '../../../options/duration.ts';
import { readAudience, type TokenAudience } from '../claims/audience.ts';
import type { IntrospectorSettings } from './introspector.ts';

/** Which authorization server is asked, as whom, and which tokens are taken. */
export interface IntrospectionOptions {
  /**
   * The issuer of the tokens. The endpoint is found in its metadata (RFC 8414, OpenID Connect), unless `url`
   * gives it. An answer that names another issuer is refused, and a JWT that names another is never sent to
   * the server. Clients are told of the issuer, so that they can log in. Without it, any issuer that the
   * server names is believed. This or `url` is required.
   */
  readonly issuer?: string;
  /** The introspection endpoint. HTTPS, except on loopback. Default: where the metadata of `issuer` says. */
  readonly url?: string | URL;
  /** The name of this gateway at the server. `undefined`, as below, is a config error. */
  readonly clientId: string | undefined;
  /** `undefined`, which is what a missing environment variable gives, is a config error. */
  readonly clientSecret: string | undefined;
  /** Whom the tokens are for, as for `jwt`. An answer without an audience is refused. */
  readonly audience: TokenAudience;
  /** The scopes that every request needs. Default: none. */
  readonly scopes?: readonly string[];
  /**
   * How long the server's yes holds without asking again, and so how long a token that was revoked may still be
   * taken; never beyond `exp`. A no holds for 5 s at most. `false`: the server is asked at every request.
   * Default: `'1m'`.
   */
  readonly cache?: Duration | false;
  /** Whether an event stream ends when its token does. Default: `true`. */
  readonly closeOnExpiry?: boolean;
}

/** The options, read. */
export interface IntrospectionSettings extends IntrospectorSettings {
  /** The authorization servers that clients are told of. */
  readonly announced: readonly string[];
  readonly scopes: readonly string[];
  readonly closeOnExpiry: boolean;
}

const OPTIONS = [
  'issuer',
  'url',
  'clientId',
  'clientSecret',
  'audience',
  'scopes',
  'cache',
  'closeOnExpiry',
] as const;

/** Names that metadata and other libraries use, and the option that is meant by each. */
const HINTS = {
  introspection_endpoint: 'url',
  introspectionEndpoint: 'url',
  introspectionUrl: 'url',
  endpoint: 'url',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  aud: 'audience',
  scope: 'use scopes, a list',
  ttl: 'cache',
  cacheTtl: 'cache',
};

const CLOCK_TOLERANCE_MS = 30_000;
const SECURE_URL = 'an https URL without credentials (http for this machine only)';
const ISSUER = "the issuer's URL as its metadata has it, like 'https://idp.example'";

/** Reads the options of `introspection`. */
export function readIntrospectionOptions(
  problems: ConfigProblems,
  options: IntrospectionOptions,
): IntrospectionSettings | undefined {
  if (!problems.keys(options, OPTIONS, '{ issuer, clientId, clientSecret, audience }', HINTS))
    return undefined;
  const { issuer, url: address, scopes = [], cache = '1m', closeOnExpiry = true } = options;
  if (issuer === undefined && address === undefined) {
    problems.at('issuer').add(undefined, `${ISSUER}, or url`);
  }
  const url = address === undefined ? undefined : readUrl(problems.at('url'), address);
  const isUrl = issuer !== undefined && readIssuer(problems.at('issuer'), issuer, address);
  const clientId = readCredential(problems.at('clientId'), options.clientId);
  const clientSecret = readCredential(problems.at('clientSecret'), options.clientSecret);
  const audience = readAudience(problems.at('audience'), options.audience);
  const needed = problems.at('scopes').list(scopes, isScope, 'a scope');
  if (needed.includes('offline_access')) {
    problems
      .at('scopes')
      .add('offline_access', 'no scope that is for the client and its issuer only');
  }
  const cacheMs = cache === false ? 0 : readDuration(problems.at('cache'), cache);
  problems.at('closeOnExpiry').flag(closeOnExpiry);
  if (clientId === undefined || clientSecret === undefined) return undefined;
  if (audience === undefined || cacheMs === undefined) return undefined;
  return {
    issuer,
    url,
    clientId,
    clientSecret,
    audience,
    scopes: needed,
    cacheMs,
    closeOnExpiry,
    announced: isUrl && issuer !== undefined ? [issuer] : [],
    clockToleranceMs: CLOCK_TOLERANCE_MS,
  };
}

function readUrl(problems: ConfigProblems, value: unknown): URL | undefined {
  const url = secureUrl(value);
  if (url !== undefined && url.hash === '') return url;
  // A URL may hold a secret.
  problems.addSecret(value, SECURE_URL);
  return undefined;
}

/** Gives whether clients can be told of the issuer. */
function readIssuer(problems: ConfigProblems, issuer: unknown, url: unknown): boolean {
  const parsed = isText(issuer) && URL.canParse(issuer) ? new URL(issuer) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    // The issuer may be any text, as in a JWT. But a text that is no URL leads neither to the endpoint nor to
    // a login.
    if (!isText(issuer) || url === undefined) {
      note(problems, issuer, `${ISSUER}; another text only together with url`);
    }
    return false;
  }
  const isPlain = [parsed.search, parsed.hash, parsed.username, parsed.password].join('') === '';
  if (!isPlain || /[{}]/.test(String(issuer))) {
    note(problems, issuer, ISSUER);
    return false;
  }
  if (url === undefined && secureUrl(parsed) === undefined) {
    problems.add(issuer, `${SECURE_URL}, or url besides`);
  }
  return true;
}

/** Credentials and a query may be secret. */
function note(problems: ConfigProblems, given: unknown, expected: string): void {
  if (isText(given) && /[@?#]/.test(given)) problems.addSecret(given, expected);
  else problems.add(given, expected);
}
