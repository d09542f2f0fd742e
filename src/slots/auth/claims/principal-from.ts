import { isText } from '../../../lib/text.ts';
import type { Principal } from '../../../principal.ts';
import { askClaims, type ClaimsFunction } from './claimed-identity.ts';
import { rolesIn } from './roles.ts';
import { scopesIn } from './scopes.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * Who a token is about, and what it allows; undefined where it names no subject.
 *
 * @param ask - The function of the app that finds some of that in other claims than the usual ones.
 * @throws what {@link askClaims} throws.
 */
export function principalFrom(
  claims: TokenClaims,
  ask: ClaimsFunction | undefined,
): Principal | undefined {
  const found = ask === undefined ? {} : askClaims(ask, claims);
  const { subject = claims.sub, scopes = scopesIn(claims), roles = rolesIn(claims) } = found;
  if (!isText(subject)) return undefined;
  return Object.freeze({
    issuer: claims.iss as string,
    subject,
    scopes: Object.freeze([...scopes]),
    roles: Object.freeze([...new Set(roles)]),
    clientId: clientIn(claims),
    claims,
  });
}

/**
 * The client that a token was issued to: RFC 9068 section 2.2, OpenID Connect Core section 2, then the
 * names of Entra ID (version 1.0) and of Okta.
 */
function clientIn({ client_id, azp, appid, cid }: TokenClaims): string | undefined {
  return [client_id, azp, appid, cid].find(isText);
}
