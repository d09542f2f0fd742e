import { decodeJwt } from 'jose/jwt/decode';
import type { AuthenticationScheme } from './authenticator.ts';

/** Whether a token is one that a scheme decides about by itself. Nobody is asked for the answer. */
export type IsOwnToken = (token: string) => boolean;

const OWN_TOKENS = new WeakMap<AuthenticationScheme, IsOwnToken>();

/** Remembers by what a scheme knows its own tokens, so that no other scheme sends them to a server. */
export function rememberOwnTokens(
  scheme: AuthenticationScheme,
  isOwn: IsOwnToken,
): AuthenticationScheme {
  OWN_TOKENS.set(scheme, isOwn);
  return scheme;
}

/** Whether one of the schemes decides about a token by itself. */
export function isKnownTo(schemes: readonly AuthenticationScheme[], token: string): boolean {
  return schemes.some((scheme) => {
    try {
      return OWN_TOKENS.get(scheme)?.(token) === true;
    } catch {
      // A function of the app failed. Its own scheme says so when it is asked.
      return true;
    }
  });
}

/** The claims that a token says it has, of which nothing is verified; undefined where it is no signed JWT. */
export function claimsWritten(token: string): { readonly iss?: unknown } | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
