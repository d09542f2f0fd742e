import type { AuthenticationScheme } from '../authenticator.ts';
import type { KeySet } from './key-set.ts';

/** The keys of one issuer, as `jwt()` has them. */
export interface KeyStats {
  /** Whose keys they are. */
  readonly issuer: string;
  /** When they were fetched last; undefined: they never were, as before the first token. */
  readonly fetchedAt: Date | undefined;
  /** Since when it fails to fetch them; undefined: the last time it did not fail, or nobody has tried. */
  readonly failingSince: Date | undefined;
}

const KEY_SETS = new WeakMap<AuthenticationScheme, KeySet>();

/** Remembers the keys that a scheme goes by, which it shows to nobody else. */
export function rememberKeys(scheme: AuthenticationScheme, keys: KeySet): AuthenticationScheme {
  KEY_SETS.set(scheme, keys);
  return scheme;
}

/** Of those among the schemes that have keys. */
export function keyStatsOf(schemes: readonly AuthenticationScheme[]): KeyStats[] {
  return schemes.flatMap((scheme) => {
    const keys = KEY_SETS.get(scheme);
    const [issuer] = scheme.issuers;
    if (keys === undefined || issuer === undefined) return [];
    return [
      { issuer, fetchedAt: dateOf(keys.fetchedMsAgo), failingSince: dateOf(keys.failingForMs) },
    ];
  });
}

function dateOf(msAgo: number | undefined): Date | undefined {
  return msAgo === undefined ? undefined : new Date(Date.now() - msAgo);
}
