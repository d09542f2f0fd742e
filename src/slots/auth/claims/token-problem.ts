/**
 * Everything that can be wrong with a token, in the words that the client is told. They quote nothing of the
 * token.
 */
export const PROBLEMS = {
  tooLong: 'The token is too long',
  notAJwt: 'The token is not a signed JWT',
  wrongAlgorithm: 'The algorithm of the token is not accepted',
  critical: 'The token asks for an extension that is not supported',
  wrongType: 'The token is not an access token',
  wrongIssuer: 'The token is from another issuer',
  wrongAudience: 'The token is for another audience',
  wrongSignature: 'The token is not signed with a key of its issuer',
  noClaims: 'The token holds no claims',
  noSubject: 'The token names no subject',
  noExpiry: 'The token does not say when it expires',
  expired: 'The token has expired',
  tooEarly: 'The token is not valid yet',
  wrongClaim: 'A claim of the token is not what it has to be',
} as const;

/** Why a token is not good. */
export type TokenProblem = (typeof PROBLEMS)[keyof typeof PROBLEMS];
