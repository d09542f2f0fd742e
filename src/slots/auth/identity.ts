import type { ConfigProblems } from '../../options/config-problems.ts';
import { pathsIn } from '../../options/paths-in.ts';
import { toldOfOthers } from './among-others.ts';
import type { AuthenticationScheme, Authenticator } from './authenticator.ts';
import { Challenge } from './challenge.ts';
import { readAuthenticators } from './read-authenticators.ts';
import { isUpstreamAuth } from './upstream-auth.ts';

/** Which callers may come in, and what the others are told. */
export interface Identity {
  readonly schemes: readonly AuthenticationScheme[];
  /** Where each of them stands in the configuration. */
  readonly places: readonly string[];
  readonly challenge: Challenge;
  /** Whether the upstream checks the tokens, see `upstreamAuth`. */
  readonly relaysTokens: boolean;
  /** Whether callers have to identify themselves, to the gateway or to the upstream. */
  readonly isAsked: boolean;
  /** The issuers of the tokens that are taken. */
  readonly issuers: readonly string[];
  /** The scopes that every request needs. */
  readonly scopes: readonly string[];
}

/** Reads which callers may come in; `false`: every caller. */
export function readIdentity(
  problems: ConfigProblems,
  value: Authenticator | readonly Authenticator[] | false,
  publicUrl: URL | undefined,
): Identity {
  const given = value === false ? [] : readAuthenticators(problems, value);
  const relaysTokens = given.some(isUpstreamAuth);
  if (relaysTokens && given.length > 1) {
    problems.add(value, 'upstreamAuth() alone: it leaves all to the upstream', 'conflict');
  }
  const schemes = relaysTokens ? [] : toldOfOthers(given);
  return {
    schemes,
    places: pathsIn(problems, value),
    relaysTokens,
    isAsked: value !== false,
    issuers: [...new Set(schemes.flatMap((scheme) => scheme.issuers))],
    scopes: [...new Set(schemes.flatMap((scheme) => scheme.scopes))],
    challenge: new Challenge(schemes, publicUrl),
  };
}

/**
 * Notes a `publicUrl` that is missing although clients need a token: the metadata under it says where to get
 * one.
 */
export function checkPublicUrl(
  problems: ConfigProblems,
  publicUrl: URL | undefined,
  { issuers, relaysTokens }: Identity,
): void {
  if ((issuers.length > 0 || relaysTokens) && publicUrl === undefined) {
    problems.add(publicUrl, 'the URL under which agents reach the endpoint');
  }
}
