import { notAwaited } from '../../../lib/not-awaited.ts';
import { plain } from '../../../lib/plain-error.ts';
import { isText } from '../../../lib/text.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { separated } from './scopes.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * What a function of the app finds in the claims of a token. A member that is there takes the place of what
 * the token says by itself. One that is `undefined` or `null` says that the token has none.
 */
export interface ClaimedIdentity {
  /** Who it is about: a text. Without one the token is refused. Default: `sub`. */
  readonly subject?: unknown;
  /** A text with blanks between scopes, or a list of such texts. Default: `scope`, or else `scp`. */
  readonly scopes?: unknown;
  /** A text, which is one role, or a list of texts. Default: the claim `roles`. */
  readonly roles?: unknown;
}

/**
 * Finds subject, scopes and roles in the claims of a token whose signature is good. It answers at once, with
 * no promise: the answer is remembered together with the token.
 */
export type ClaimsFunction = (claims: TokenClaims) => ClaimedIdentity;

const MEMBERS: readonly string[] = ['subject', 'scopes', 'roles'];

const EXPECTED = 'a function like (claims) => ({ subject: claims.oid, roles: claims.groups })';

/** Reads the option; `false` is none. */
export function readClaimsFunction(
  problems: ConfigProblems,
  value: ClaimsFunction | false | undefined,
): ClaimsFunction | undefined {
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'function') return value;
  problems.add(value, EXPECTED);
  return undefined;
}

/** What a function gave, read. A member is absent where the function gave none. */
export interface ReadIdentity {
  /** Empty where the token names no subject. */
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
}

/**
 * Asks the function.
 *
 * @throws what the function throws, and a TypeError where it gives anything else than a
 * {@link ClaimedIdentity}: if its scopes cannot be read, the token must not come in with the default ones.
 */
export function askClaims(ask: ClaimsFunction, claims: TokenClaims): ReadIdentity {
  const given: unknown = ask(claims);
  if (!isIdentity(given)) {
    notAwaited(given);
    throw wrong('an object with subject, scopes or roles, and no promise');
  }
  return {
    ...('subject' in given && { subject: readSubject(given.subject) }),
    ...('scopes' in given && { scopes: separated(readTexts('scopes', given.scopes)) }),
    ...('roles' in given && { roles: readTexts('roles', given.roles).filter(isText) }),
  };
}

/** An unknown member may be a misspelt one, and a Map has no members at all. */
function isIdentity(given: unknown): given is ClaimedIdentity {
  if (Object.prototype.toString.call(given) !== '[object Object]') return false;
  const { then } = given as { then?: unknown };
  return then === undefined && Object.keys(given as object).every((key) => MEMBERS.includes(key));
}

function readSubject(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  notAwaited(value);
  throw wrong('a text as subject');
}

function readTexts(member: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const texts: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  if (texts.every((text) => typeof text === 'string')) return texts;
  notAwaited(value);
  throw wrong(`a text or a list of texts as ${member}`);
}

function wrong(expected: string): TypeError {
  return plain(new TypeError(`The function \`claims\` has to give ${expected}`));
}
