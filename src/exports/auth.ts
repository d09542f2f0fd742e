import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { readPublicUrl } from '../options/public-url.ts';
import { authenticate } from '../slots/auth/auth.ts';
import type { Authenticator } from '../slots/auth/authenticator.ts';
import { checkPublicUrl, readIdentity } from '../slots/auth/identity.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { awaitTurn } from '../slots/turn.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

export { type ApiKey, type ApiKeyOptions, apiKey } from '../slots/auth/api-key.ts';
export type { TokenAudience } from '../slots/auth/claims/audience.ts';
export type { ClaimedIdentity, ClaimsFunction } from '../slots/auth/claims/claimed-identity.ts';
export type { TokenClaims } from '../slots/auth/claims/token-claims.ts';
export {
  type AuthMiddleware,
  type FromMiddlewareOptions,
  fromMiddleware,
} from '../slots/auth/from-middleware.ts';
export {
  type IntrospectionOptions,
  introspection,
} from '../slots/auth/introspection/introspection.ts';
export type { TenantIssuerOptions } from '../slots/auth/jwt/issuer-option.ts';
export { type JwtOptions, jwt } from '../slots/auth/jwt/jwt.ts';
export type { JwtKeysOptions } from '../slots/auth/jwt/keys-options.ts';

/** What {@link requireAuth} says of the endpoint. */
export interface RequireAuthOptions {
  /** The URL under which agents reach the endpoint; where its metadata is follows from it. */
  readonly publicUrl?: string | URL;
}

/**
 * Authentication by itself: refuses a request that no authenticator accepts, with 401 and one challenge, and
 * keeps the principal for `principalOf`.
 *
 * @param authenticator - One, or several of which any may accept.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for anything that is no authenticator, and with `jwt` without `publicUrl`.
 * @see RFC 6750; RFC 9728 section 5.1
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', requireAuth(apiKey({ keys: [{ sha256: AGENT_KEY_SHA256, subject: 'agent' }] })));
 * ```
 */
export function requireAuth(
  authenticator: Authenticator | readonly Authenticator[],
  options: RequireAuthOptions = {},
): Middleware {
  const identity = checkConfig('requireAuth', (problems) => {
    if (!problems.keys(options, ['publicUrl'], "{ publicUrl: 'https://gateway.example/mcp' }"))
      return undefined;
    const place = problems.at('publicUrl');
    const publicUrl = readPublicUrl(place, options.publicUrl);
    const identity = readIdentity(problems.at('authenticator'), authenticator, publicUrl);
    checkPublicUrl(place, publicUrl, identity);
    return identity;
  });
  return standAlone(
    failureWarningAlone('requireAuth'),
    chain([awaitTurn(), authenticate(identity)]),
  );
}

isFactory('requireAuth', requireAuth);
