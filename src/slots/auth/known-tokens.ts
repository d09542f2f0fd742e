import type { AuthenticationScheme } from './authenticator.ts';

/** Whether a token is one that a scheme decides about by itself. No server is asked for the answer. */
export type IsOwnToken = (token: string) => boolean | Promise<boolean>;

const OWN_TOKENS = new WeakMap<AuthenticationScheme, IsOwnToken>();

/** Remembers how a scheme knows its own tokens, so that no other scheme sends them to a server. */
export function rememberOwnTokens(
  scheme: AuthenticationScheme,
  isOwn: IsOwnToken,
): AuthenticationScheme {
  OWN_TOKENS.set(scheme, isOwn);
  return scheme;
}

/** Whether one of the schemes decides about a token by itself. */
export async function isKnownTo(
  schemes: readonly AuthenticationScheme[],
  token: string,
): Promise<boolean> {
  for (const scheme of schemes) {
    try {
      if ((await OWN_TOKENS.get(scheme)?.(token)) === true) return true;
    } catch {
      // A function of the app failed. Its own scheme says so when it is asked.
      return true;
    }
  }
  return false;
}

/** The claims that a token says it has, of which nothing is verified; undefined where it is no signed JWT. */
export async function claimsWritten(
  token: string,
): Promise<{ readonly iss?: unknown } | undefined> {
  const { decodeJwt } = await import('./jose.ts');
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
