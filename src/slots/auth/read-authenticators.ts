import type { IncomingMessage } from 'node:http';
import { isFieldValue } from '../../http/field.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { goOn, type NowOrLater, nowOrLater } from '../../lib/now-or-later.ts';
import { plain } from '../../lib/plain-error.ts';
import { isThenable } from '../../lib/thenable.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { Principal } from '../../principal.ts';
import type {
  AuthenticateFunction,
  AuthenticationScheme,
  Authenticator,
  Identification,
} from './authenticator.ts';

const EXPECTED =
  'jwt(), introspection(), apiKey(), fromMiddleware() around a middleware, or a function that gives a principal or null';

/** Reads one authenticator or a list of them. */
export function readAuthenticators(
  problems: ConfigProblems,
  value: Authenticator | readonly Authenticator[],
): AuthenticationScheme[] {
  const given = problems.list(value, isAuthenticator, EXPECTED, {
    atLeast: 1,
    orOne: true,
    mayBeSecret: true,
  });
  return given.map((own) => (typeof own === 'function' ? fromFunction(own) : own));
}

function isAuthenticator(value: unknown): value is Authenticator {
  // A middleware `(req, res, next)` that gets the request alone would fail each time.
  if (typeof value === 'function') return value.length < 3;
  const { identify, header, issuers, scopes, challenge } = Object(
    value,
  ) as Partial<AuthenticationScheme>;
  if (typeof identify !== 'function' || !isString(header ?? '')) return false;
  if (!isFieldValue(challenge ?? '')) return false;
  return [issuers, scopes].every((list) => Array.isArray(list) && list.every(isString));
}

function fromFunction(authenticate: AuthenticateFunction): AuthenticationScheme {
  return {
    kind: 'function',
    header: undefined,
    issuers: [],
    scopes: [],
    identify(req: IncomingMessage): NowOrLater<Identification> {
      return goOn(nowOrLater(authenticate(req)), accepted);
    },
  };
}

function accepted(principal: Principal | null): Identification {
  if (principal === null) return { outcome: 'absent' };
  return { outcome: 'accepted', principal: checked(principal) };
}

/**
 * Checks a principal: two requests without a subject must not be taken for the same caller, nor the letters
 * of a text for scopes.
 */
export function checked(principal: Principal): Principal {
  const { subject, issuer, scopes, roles, claims, clientId } = principal ?? {};
  const isNamed = isString(subject) && subject !== '' && isString(issuer ?? '');
  const isKnown = !isThenable(claims) && !isThenable(clientId);
  const lists = [scopes ?? [], roles ?? []];
  const mayDo = lists.every((list) => Array.isArray(list) && list.every(isString));
  if (isNamed && isKnown && mayDo) return principal;
  notAwaited([principal, subject, issuer, scopes, roles, claims, clientId]);
  throw plain(
    new TypeError(
      'An authenticator gives { subject: "...", scopes: ["..."] }, or null where there is no user',
    ),
  );
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}
