import { isText } from '../../../lib/text.ts';
import type { Principal } from '../../../principal.ts';
import { scopesIn } from './scopes.ts';
import type { TokenClaims } from './token-claims.ts';

/** Who a token is about, and what it allows. */
export function principalFrom(claims: TokenClaims): Principal {
  return Object.freeze({
    issuer: claims.iss as string,
    subject: claims.sub as string,
    scopes: Object.freeze(scopesIn(claims)),
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
