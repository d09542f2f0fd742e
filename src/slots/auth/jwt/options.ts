import { Socket } from 'node:net';
import { nodeHttp } from '../../../lib/built-in.ts';
import { isText } from '../../../lib/text.ts';
import { isScope } from '../../../oauth/scope.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { type Duration, readDuration } from '../../../options/duration.ts';
import { readAudience, type TokenAudience } from '../claims/audience.ts';
import { type ClaimsFunction, readClaimsFunction } from '../claims/claimed-identity.ts';
import { type RolesRule, readRoles } from '../claims/roles.ts';
import type { TokenClaims } from '../claims/token-claims.ts';
import { readIssuer, type TenantIssuerOptions } from './issuer-option.ts';
import type { IssuersSettings } from './issuers-of.ts';
import { type JwtKeysOptions, readKeysOptions } from './keys-options.ts';
import type { TokenRules } from './verifier.ts';

/** Which tokens are taken. */
export interface JwtOptions extends JwtKeysOptions {
  /**
   * Who issues them: their `iss`, character for character; or one issuer for each tenant of a server. A text that is
   * no URL needs `jwksUri` or `keys` beside it, and clients are not told of it.
   */
  readonly issuer: string | TenantIssuerOptions;
  /**
   * Whom they are for: their `aud` has to name one of these, character for character. `{ allOf: [...] }`
   * needs all of them, `{ claim: 'client_id', anyOf: [...] }` looks into another claim. There is no default,
   * because a token for another audience must never be taken.
   */
  readonly audience: TokenAudience;
  /**
   * How they may be signed; asymmetric algorithms only. Default: `['RS256', 'PS256', 'ES256',
   * 'EdDSA']`.
   */
  readonly algorithms?: readonly string[];
  /** The scopes that every request needs. Default: none. */
  readonly scopes?: readonly string[];
  /**
   * The roles of which a caller needs one; otherwise it is refused with 403. They are in the claim `roles`, or are
   * what `claims` gives. Default: none is needed.
   */
  readonly roles?: readonly string[] | false;
  /**
   * Finds the subject, the scopes and the roles where a token has them in claims of its issuer's own. It is
   * asked once for a token, after the signature and all other checks. If it throws, or gives a promise or
   * anything else than subject, scopes and roles, the answer is a 500. Default: `sub`, `scope` or else `scp`,
   * and `roles`.
   */
  readonly claims?: ClaimsFunction | false;
  /** By how much the clocks may differ. Default: `'30s'`. */
  readonly clockTolerance?: Duration | false;
  /**
   * Asked at every request whether a token that is otherwise good is revoked; anything but `false` is a yes.
   * If it throws, the answer is a 500. Default: no token is revoked.
   */
  readonly isRevoked?: ((claims: TokenClaims) => boolean | Promise<boolean>) | false;
  /** Whether an event stream ends when its token does. Default: `true`. */
  readonly closeOnExpiry?: boolean;
  /**
   * The property of the request to leave the token on, as the MCP SDK's `AuthInfo`: `'auth'` for
   * its handlers in this process. Default: none.
   */
  readonly exposeAs?: string | false;
}

/** The options, read. */
export interface JwtSettings extends TokenRules, IssuersSettings {
  /** The authorization servers that clients are told of. */
  readonly announced: readonly string[];
  readonly scopes: readonly string[];
  readonly roles: RolesRule | undefined;
  readonly isRevoked: Exclude<JwtOptions['isRevoked'], false>;
  readonly closeOnExpiry: boolean;
  readonly exposeAs: string | undefined;
}

const OPTIONS = [
  'issuer',
  'audience',
  'jwksUri',
  'keys',
  'unsafeAllowHttp',
  'algorithms',
  'scopes',
  'roles',
  'claims',
  'clockTolerance',
  'isRevoked',
  'closeOnExpiry',
  'exposeAs',
] as const;

/** Names that claims, metadata or other libraries use, and the option that is meant by each. */
const HINTS = {
  iss: 'issuer',
  aud: 'audience',
  audiences: 'use audience, which takes a list too',
  role: 'roles',
  groups: 'use `claims` to find them: (claims) => ({ roles: claims.groups })',
  claim: 'claims',
  mapClaims: 'claims',
  scope: 'use scopes, a list',
  alg: 'use algorithms, a list',
  tenants: 'use issuer: { pattern, tenants }',
  jwks: 'use keys, or jwksUri for a URL',
  jwks_uri: 'jwksUri',
  jwksUrl: 'jwksUri',
  jwk: 'use keys: { keys: [...] }',
  allowHttp: 'unsafeAllowHttp',
  allowInsecure: 'unsafeAllowHttp',
  allowInsecureJwksUri: 'unsafeAllowHttp',
  insecure: 'unsafeAllowHttp',
  leeway: 'clockTolerance',
  secret: 'use keys, with public keys: tokens that are signed with a shared secret are not taken',
  key: 'use keys, with public keys: tokens that are signed with a shared secret are not taken',
};

const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const ALGORITHM = /^([RPE]S(256|384|512)|EdDSA|Ed25519)$/;
const ALGORITHM_EXPECTED =
  'an asymmetric algorithm: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA or Ed25519';

/** Reads the options of `jwt`. */
export function readJwtOptions(
  problems: ConfigProblems,
  options: JwtOptions,
): JwtSettings | undefined {
  if (!problems.keys(options, OPTIONS, "{ issuer: 'https://idp.example', audience }", HINTS))
    return undefined;
  const { issuer: iss, audience: aud, scopes = [], isRevoked = false } = options;
  const { algorithms: names = DEFAULT_ALGORITHMS, clockTolerance = '30s' } = options;
  const { closeOnExpiry = true, exposeAs } = options;
  problems.at('isRevoked').callback(isRevoked);
  problems.at('closeOnExpiry').flag(closeOnExpiry);
  const areGiven = options.jwksUri !== undefined || options.keys !== undefined;
  const allowsHttp = options.unsafeAllowHttp === true;
  const issuer = readIssuer(problems.at('issuer'), iss, { areGiven, allowsHttp });
  const audience = readAudience(problems.at('audience'), aud);
  const algorithms = problems
    .at('algorithms')
    .list(names, isAlgorithm, ALGORITHM_EXPECTED, { atLeast: 1 });
  const clockToleranceMs =
    clockTolerance === false ? 0 : readDuration(problems.at('clockTolerance'), clockTolerance);
  const read = {
    // If no algorithm is valid, a problem says so already.
    keys: readKeysOptions(
      problems,
      options,
      algorithms.length > 0 ? algorithms : DEFAULT_ALGORITHMS,
    ),
    algorithms,
    scopes: readScopes(problems.at('scopes'), scopes),
    roles: readRoles(problems.at('roles'), options.roles),
    claims: readClaimsFunction(problems.at('claims'), options.claims),
    isRevoked: isRevoked === false ? undefined : isRevoked,
    closeOnExpiry,
    exposeAs: readExposeAs(problems.at('exposeAs'), exposeAs),
  };
  if (issuer === undefined || audience === undefined || clockToleranceMs === undefined) {
    return undefined;
  }
  return { ...read, ...issuer, audience, clockToleranceMs };
}

function readScopes(problems: ConfigProblems, value: unknown): string[] {
  const scopes = problems.list(value, isScope, 'a scope');
  if (scopes.includes('offline_access')) {
    problems.add(
      'offline_access',
      'no scope that is for the client and its issuer only',
      'invalid_value',
    );
  }
  return scopes;
}

/** Properties of the request that Node, Express and this package use themselves. */
const TAKEN: ReadonlySet<string> = new Set(['body', 'rawBody', 'ip', 'query', 'params', 'route']);

function readExposeAs(problems: ConfigProblems, name: unknown): string | undefined {
  if (name === undefined || name === false) return undefined;
  if (isText(name) && !TAKEN.has(name) && !(name in new nodeHttp.IncomingMessage(new Socket())))
    return name;
  problems.add(name, "the name of a property that requests do not have, like 'auth'");
  return undefined;
}

function isAlgorithm(value: unknown): value is string {
  return typeof value === 'string' && ALGORITHM.test(value);
}
