import type { IncomingMessage } from 'node:http';
import { notAwaited } from '../../../lib/not-awaited.ts';
import { goOn, type NowOrLater, nowOrLater } from '../../../lib/now-or-later.ts';
import { isThenable } from '../../../lib/thenable.ts';
import type { AuthenticationScheme, Identification } from '../authenticator.ts';
import { IN_AUTHORIZATION, type TokenPlace } from '../bearer-token.ts';
import type { TokenProblem } from '../claims/token-problem.ts';
import { claimsWritten, rememberOwnTokens } from '../known-tokens.ts';
import { hasScopes, withoutScopes } from '../needed-scopes.ts';
import { rememberPeek } from '../peeks.ts';
import type { JwtClock } from './clock.ts';
import { issuersOf } from './issuers-of.ts';
import { KeysUnavailable } from './key-set.ts';
import { rememberIssuers } from './key-stats.ts';
import type { JwtSettings } from './options.ts';
import type { VerifiedToken } from './token-memory.ts';
import { TokenVerifier } from './verifier.ts';

const REAL_CLOCK: JwtClock = {
  now: Date.now,
  monotonic: () => performance.now(),
  keysTimeoutMs: 5000,
};

const REVOKED = refused('The token has been revoked');
const WITHOUT_ROLE: Identification = {
  outcome: 'forbidden',
  description: 'The caller has none of the roles that are needed',
};

/** Takes the tokens that an issuer has signed. `place` says where requests have them. */
export function jwtScheme(
  settings: JwtSettings,
  clock: JwtClock = REAL_CLOCK,
  place: TokenPlace = IN_AUTHORIZATION,
): AuthenticationScheme {
  const { isRevoked, roles, scopes, exposeAs, closeOnExpiry } = settings;
  const issuers = issuersOf(settings, clock);
  const verifier = new TokenVerifier(settings, issuers, clock.now);
  const isByBearer = place === IN_AUTHORIZATION;
  const name = isByBearer ? 'Authorization' : place.header;
  const malformed = refused(`The ${name} header does not hold exactly one bearer token`);

  const scheme: AuthenticationScheme = {
    kind: 'jwt',
    header: place.header,
    issuers: settings.announced,
    scopes,
    identify: (req) => identify(req, (token) => verifier.verify(token)),
  };

  function identify(req: IncomingMessage, verify: Verify): NowOrLater<Identification> {
    const bearer = place.tokenOf(req);
    if (bearer === undefined) return { outcome: 'absent' };
    if (bearer === 'malformed') return malformed;
    return goOn(verdictOf(verify(bearer.token)), (verdict) => {
      if ('outcome' in verdict) return verdict;
      if (isRevoked === undefined) return judge(req, bearer.token, verdict);
      return goOn(nowOrLater<unknown>(isRevoked(verdict.claims)), (isGone) => {
        if (isGone === false) return judge(req, bearer.token, verdict);
        notAwaited(isGone);
        return REVOKED;
      });
    });
  }

  /** Judges a token that was verified, and is not revoked. */
  function judge(req: IncomingMessage, token: string, verdict: VerifiedToken): Identification {
    const { principal } = verdict;
    if (roles !== undefined && !roles(principal)) return WITHOUT_ROLE;
    // The scopes are checked here too, before the token is exposed: another authenticator may accept the
    // request instead.
    if (!hasScopes(principal, scopes)) return withoutScopes(scopes);
    if (exposeAs !== undefined) expose(req, exposeAs, token, verdict);
    const accepted = { outcome: 'accepted', principal, byBearer: isByBearer } as const;
    return closeOnExpiry ? { ...accepted, expiresAt: verifier.endOf(verdict) } : accepted;
  }
  rememberOwnTokens(scheme, async (token) => {
    const claims = await claimsWritten(token);
    return claims !== undefined && issuers.of(claims, true) !== undefined;
  });
  rememberPeek(scheme, (req) => identify(req, (token) => verifier.peek(token)));
  return rememberIssuers(scheme, issuers);
}

/** Finds out whether a token is good. */
type Verify = (token: string) => NowOrLater<VerifiedToken | TokenProblem>;

function verdictOf(
  verdict: NowOrLater<VerifiedToken | TokenProblem>,
): NowOrLater<VerifiedToken | Identification> {
  if (!isThenable(verdict)) return toldVerdict(verdict);
  return verdict.then(toldVerdict, (cause): Identification => {
    if (cause instanceof KeysUnavailable) return { outcome: 'unavailable', cause };
    throw cause;
  });
}

function toldVerdict(verdict: VerifiedToken | TokenProblem): VerifiedToken | Identification {
  return typeof verdict === 'string' ? refused(verdict) : verdict;
}

function refused(description: string): Identification {
  return { outcome: 'refused', description };
}

/**
 * Leaves the token on the request as the MCP SDK's `AuthInfo`, for handlers made for its `requireBearerAuth`.
 */
function expose(req: IncomingMessage, name: string, token: string, verified: VerifiedToken): void {
  const { principal, claims, exp } = verified;
  const info = {
    token,
    clientId: principal.clientId ?? '',
    scopes: [...(principal.scopes ?? [])],
    expiresAt: exp,
    extra: { ...claims },
  };
  Reflect.set(req, name, info);
}
