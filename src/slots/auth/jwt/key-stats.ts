import type { AuthenticationScheme } from '../authenticator.ts';
import type { FetchedKeys, Issuers } from './issuers.ts';

/** The keys of one issuer, as `jwt()` has them. */
export interface KeyStats {
  /**
   * Whose keys they are. Where `issuer.tenants` is a function, a name that a client made up stands here too if the function
   * takes it: its keys were never fetched.
   */
  readonly issuer: string;
  /** When they were fetched last; undefined: they never were, as before the first token. */
  readonly fetchedAt: Date | undefined;
  /** How many of them can verify tokens; undefined: they never were fetched. */
  readonly count: number | undefined;
  /** Since when it fails to fetch them; undefined: the last time it did not fail, or there was no attempt. */
  readonly failingSince: Date | undefined;
}

const ISSUERS = new WeakMap<AuthenticationScheme, Issuers>();

/** Remembers the issuers of a scheme, which the scheme itself does not show. */
export function rememberIssuers(
  scheme: AuthenticationScheme,
  issuers: Issuers,
): AuthenticationScheme {
  ISSUERS.set(scheme, issuers);
  return scheme;
}

/** The stats of all issuers whose keys the schemes fetch. */
export function keyStatsOf(schemes: readonly AuthenticationScheme[]): KeyStats[] {
  return schemes.flatMap((scheme) => ISSUERS.get(scheme)?.fetched() ?? []).map(statsOf);
}

function statsOf({ issuer, keys }: FetchedKeys): KeyStats {
  const { fetchedMsAgo, count, failingForMs } = keys;
  return { issuer, fetchedAt: dateOf(fetchedMsAgo), count, failingSince: dateOf(failingForMs) };
}

function dateOf(msAgo: number | undefined): Date | undefined {
  return msAgo === undefined ? undefined : new Date(Date.now() - msAgo);
}
