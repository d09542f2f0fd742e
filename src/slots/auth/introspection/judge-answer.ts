import { isText } from '../../../lib/text.ts';
import type { Principal } from '../../../principal.ts';
import type { AudienceRule } from '../claims/audience.ts';
import { principalFrom } from '../claims/principal-from.ts';
import { sealClaims, type TokenClaims } from '../claims/token-claims.ts';
import { PROBLEMS } from '../claims/token-problem.ts';

/** What a token has to be. */
export interface AnswerRules {
  /** Undefined: any issuer that the server names. */
  readonly issuer: string | undefined;
  readonly audience: AudienceRule;
  readonly clockToleranceMs: number;
}

/** A token that an authorization server calls active, and that is for this gateway. */
export interface ActiveToken {
  readonly principal: Principal;
  /** When it is no longer good, in milliseconds since the epoch. */
  readonly endsAt: number;
}

const INACTIVE = 'The token is not active';
const NOT_SAID = 'The authorization server does not say that the token is active';
const BOUND = 'The token is bound to a key, and is no bearer token';

/** The last second that a `Date` can be. */
const END_OF_TIME_S = 8.64e12;

/** What servers write for an access token that is a bearer token. */
const TYPES: Readonly<Record<'token_type' | 'token_use', readonly string[]>> = {
  token_type: ['bearer', 'access_token', 'urn:ietf:params:oauth:token-type:access_token'],
  token_use: ['access', 'access_token'],
};
/**
 * Other servers, such as Keycloak, say in `typ` what a token is. These are the names of other tokens: access
 * tokens have many names.
 */
const NO_ACCESS_TOKEN = /refresh|offline|logout|dpop|^id(\W|$)/i;

/**
 * What an answer of an introspection endpoint says of a token: that it is good, or what is wrong with it. A
 * member of the wrong type never counts for the token.
 *
 * @param answer - This function seals it.
 * @see RFC 7662 sections 2.2 and 4
 */
export function judgeAnswer(
  answer: object,
  { issuer, audience, clockToleranceMs }: AnswerRules,
  now: number,
): ActiveToken | string {
  const claims = sealClaims(answer);
  if (claims.active !== true) return claims.active === false ? INACTIVE : NOT_SAID;
  const iss = claims.iss ?? issuer;
  const isOfIssuer = issuer === undefined ? iss === undefined || isText(iss) : iss === issuer;
  if (!isOfIssuer) return PROBLEMS.wrongIssuer;
  if (!isBearerAccessToken(claims)) return PROBLEMS.wrongType;
  if (isGiven(claims.cnf)) return BOUND;
  if (!audience(claims)) return PROBLEMS.wrongAudience;
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || !(exp <= END_OF_TIME_S)) return PROBLEMS.noExpiry;
  const endsAt = exp * 1000 + clockToleranceMs;
  if (!(now < endsAt)) return PROBLEMS.expired;
  if (isGiven(nbf) && typeof nbf !== 'number') return PROBLEMS.wrongClaim;
  if (typeof nbf === 'number' && nbf * 1000 > now + clockToleranceMs) return PROBLEMS.tooEarly;
  const principal = principalFrom(claims, undefined);
  if (principal === undefined) return PROBLEMS.noSubject;
  return { principal: Object.freeze({ ...principal, issuer: iss as string | undefined }), endsAt };
}

/** Refresh tokens are active as well. They are for the authorization server alone. */
function isBearerAccessToken(claims: TokenClaims): boolean {
  for (const name of ['token_type', 'token_use'] as const) {
    const type = claims[name];
    if (isGiven(type) && !(isText(type) && TYPES[name].includes(type.toLowerCase()))) return false;
  }
  const { typ } = claims;
  return !isGiven(typ) || (isText(typ) && !NO_ACCESS_TOKEN.test(typ));
}

/** Many servers write members that they have no value for as `null`. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
