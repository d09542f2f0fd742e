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
 * Those for an issuer whose keys were said to be these. Where all of them name others, the names say nothing: the
 * keys of Microsoft name the issuer of version 2.0, and sign the tokens of both versions.
 */
export function ownKeys({ find, findFor }: VerificationKeys, issuer: string): JWTVerifyGetKey {
  return findFor(issuer) ?? find;
}

/** Keys that are fetched, and the name under which operators know them. */
export interface FetchedKeys {
  readonly issuer: string;
  readonly keys: KeySet;
}

/** Those whose tokens are taken. */
export interface Issuers {
  /**
   * The one that a token names, of which nothing is verified yet; undefined: another, or none. Nothing is
   * fetched for the answer.
   *
   * @param claims - Undefined where they could not be read.
   * @param isPeek - Whether a tenant that is not known is to stay so. Default: false.
   */
  of(claims: { readonly iss?: unknown } | undefined, isPeek?: boolean): Issuer | undefined;
  /** The keys that are fetched for them, as far as they are known. */
  fetched(): readonly FetchedKeys[];
}
