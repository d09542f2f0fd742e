import type { AuthenticationScheme } from './authenticator.ts';

type Schemes = readonly AuthenticationScheme[];

const AMONG = new WeakMap<AuthenticationScheme, (others: Schemes) => AuthenticationScheme>();

/** Remembers how to make a scheme that takes the others of its list into account. */
export function rememberAmong(
  scheme: AuthenticationScheme,
  among: (others: Schemes) => AuthenticationScheme,
): AuthenticationScheme {
  AMONG.set(scheme, among);
  return scheme;
}

/**
 * The same schemes. A scheme that takes the others into account is replaced by one made for this list,
 * because one scheme may stand in several lists.
 */
export function toldOfOthers(schemes: Schemes): Schemes {
  return schemes.map((scheme) => {
    const among = AMONG.get(scheme);
    return among === undefined ? scheme : among(schemes.filter((other) => other !== scheme));
  });
}
