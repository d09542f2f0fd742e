import type { JWTVerifyGetKey } from 'jose';
import type { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** An issuer whose tokens are taken. */
export interface Issuer {
  /** Its `iss`. */
  readonly name: string;
  readonly keys: KeySource;
  /** Which of the keys may verify its tokens. */
  keysIn(keys: VerificationKeys): JWTVerifyGetKey;
}

/**
 * The keys that may verify tokens of an issuer, out of the set that was found for it. If every key in the set
 * names another issuer, the names are ignored: the keys of Microsoft name the issuer of version 2.0, and sign
 * the tokens of both versions.
 */
export function ownKeys({ find, findFor }: VerificationKeys, issuer: string): JWTVerifyGetKey {
  return findFor(issuer) ?? find;
}

/** Keys that are fetched, and the name under which operators know them. */
export interface FetchedKeys {
  readonly issuer: string;
  readonly keys: KeySet;
}

/** The issuers whose tokens are taken. */
export interface Issuers {
  /**
   * The issuer that a token names; undefined: the token names another, or none. Nothing of the token is
   * verified yet, and nothing is fetched for the answer.
   *
   * @param claims - Undefined where they could not be read.
   * @param isPeek - Whether a tenant that is not known yet must not be remembered. Default: false.
   */
  of(claims: { readonly iss?: unknown } | undefined, isPeek?: boolean): Issuer | undefined;
  /** The keys that are fetched for them, as far as they are known. */
  fetched(): readonly FetchedKeys[];
}
