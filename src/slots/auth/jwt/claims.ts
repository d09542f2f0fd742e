import { isText } from '../../../lib/text.ts';
import type { Principal } from '../../../principal.ts';

/** What a token says, as callbacks see it: without prototypes, and not to be changed. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/**
 * Makes what was parsed safe to hand out: requests with the same token share it, and what is not
 * claimed must read as `undefined`, whatever its name.
 */
export function sealClaims(claims: object): TokenClaims {
  const open: object[] = [claims];
  // Not by recursion: a token can be nested deeper than the stack.
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    for (const inner of Object.values(value)) {
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
    Object.freeze(value);
  }
  return claims as TokenClaims;
}

/** Who a token is about, and what it allows. */
export function principalFrom(claims: TokenClaims): Principal {
  return Object.freeze({
    issuer: claims.iss as string,
    subject: claims.sub as string,
    scopes: Object.freeze(scopesIn(claims)),
    clientId: [claims.client_id, claims.azp].find(isText),
    claims,
  });
}

/**
 * `scope` as RFC 8693 section 4.2 has it, or else `scp`. Issuers write either as a text or as a list,
 * and some put several scopes into one text of a list.
 */
function scopesIn({ scope, scp }: TokenClaims): string[] {
  const scopes = scopesOf(scope);
  return scopes.length > 0 ? scopes : scopesOf(scp);
}

/** Anything but a text or a list of texts holds no scope. */
function scopesOf(claim: unknown): string[] {
  const texts = (Array.isArray(claim) ? claim : [claim]).filter(isText);
  return [...new Set(texts.flatMap((text) => text.split(' ')).filter(isText))];
}
