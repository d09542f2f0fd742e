import type { IncomingMessage } from 'node:http';
import type { NowOrLater } from '../../../lib/now-or-later.ts';
import { rememberAmong } from '../among-others.ts';
import type { AuthenticationScheme, Identification } from '../authenticator.ts';
import { bearerTokenOf } from '../bearer-token.ts';
import { PROBLEMS } from '../claims/token-problem.ts';
import { claimsWritten, isKnownTo } from '../known-tokens.ts';
import { rememberPeek } from '../peeks.ts';
import type { Verdict } from './answer-memory.ts';
import type { IntrospectionClock } from './endpoint-location.ts';
import { IntrospectionFailure } from './introspection-failure.ts';
import { Introspector } from './introspector.ts';
import type { IntrospectionSettings } from './options.ts';

const REAL_CLOCK: IntrospectionClock = {
  now: Date.now,
  monotonic: () => performance.now(),
  timeoutMs: 5000,
};

const LONGEST_TOKEN = 16 * 1024;

const MALFORMED = refused('The Authorization header does not hold exactly one bearer token');
const TOO_LONG = refused(PROBLEMS.tooLong);
const WRONG_ISSUER = refused(PROBLEMS.wrongIssuer);

/** Takes the tokens that an authorization server calls active. */
export function introspectionScheme(
  settings: IntrospectionSettings,
  clock: IntrospectionClock = REAL_CLOCK,
): AuthenticationScheme {
  const { issuer, announced, scopes, closeOnExpiry } = settings;
  const introspector = new Introspector(settings, clock);

  async function identify(
    req: IncomingMessage,
    others: readonly AuthenticationScheme[],
    ask: (token: string) => NowOrLater<Verdict>,
  ): Promise<Identification> {
    const bearer = bearerTokenOf(req);
    if (bearer === undefined) return { outcome: 'absent' };
    if (bearer === 'malformed') return MALFORMED;
    const { token } = bearer;
    if (token.length > LONGEST_TOKEN) return TOO_LONG;
    // A token is a secret: the server must not get one that another scheme decides about.
    if (await isKnownTo(others, token)) return { outcome: 'absent' };
    if (await isOfAnother(token, issuer)) return WRONG_ISSUER;

    const verdict = await ask(token);
    if (verdict instanceof IntrospectionFailure) return { outcome: 'unavailable', cause: verdict };
    if (typeof verdict === 'string') return refused(verdict);
    const { principal, endsAt } = verdict;
    const accepted = { outcome: 'accepted', principal, byBearer: true } as const;
    return closeOnExpiry ? { ...accepted, expiresAt: endsAt } : accepted;
  }

  function schemeAmong(others: readonly AuthenticationScheme[]): AuthenticationScheme {
    const scheme: AuthenticationScheme = {
      kind: 'introspection',
      header: 'authorization',
      issuers: announced,
      scopes,
      identify: (req) => identify(req, others, (token) => introspector.ask(token)),
    };
    rememberPeek(scheme, (req) => identify(req, others, (token) => introspector.peek(token)));
    return rememberAmong(scheme, schemeAmong);
  }
  return schemeAmong([]);
}

/** Whether a token says that it is of another issuer; most introspected tokens name none. */
async function isOfAnother(token: string, issuer: string | undefined): Promise<boolean> {
  if (issuer === undefined) return false;
  const iss = (await claimsWritten(token))?.iss;
  return iss !== undefined && iss !== issuer;
}

function refused(description: string): Identification {
  return { outcome: 'refused', description };
}
