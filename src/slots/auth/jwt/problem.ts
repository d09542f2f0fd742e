import { PROBLEMS, type TokenProblem } from '../claims/token-problem.ts';

const BY_CLAIM: ReadonlyMap<unknown, TokenProblem> = new Map<unknown, TokenProblem>([
  ['iss', PROBLEMS.wrongIssuer],
  ['exp', PROBLEMS.noExpiry],
  ['nbf', PROBLEMS.tooEarly],
]);

/**
 * The members of an error of `jose` that are used. An error about claims also holds the claims, so it is
 * never passed on.
 */
export interface JoseFailure {
  readonly code?: unknown;
  readonly claim?: unknown;
}

/** Whether a token was refused for its claims: they are looked at once the signature is good. */
export function isAboutClaims({ code }: JoseFailure): boolean {
  return String(code).startsWith('ERR_JWT_');
}

/**
 * The problem that made `jose` refuse a token. An error that is not about claims means that no key proved the
 * token.
 */
export function problemIn(failure: JoseFailure): TokenProblem {
  if (!isAboutClaims(failure)) return PROBLEMS.wrongSignature;
  if (failure.code === 'ERR_JWT_EXPIRED') return PROBLEMS.expired;
  if (failure.code === 'ERR_JWT_INVALID') return PROBLEMS.noClaims;
  return BY_CLAIM.get(failure.claim) ?? PROBLEMS.wrongClaim;
}
