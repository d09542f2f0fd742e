import { isText } from '../../../lib/text.ts';
import type { FetchedKeys, Issuer, Issuers } from './issuers.ts';
import { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';

/** Any issuer that signs with the keys: a token may name any issuer, but has to name one. */
export class AnyIssuer implements Issuers {
  readonly #keys: KeySource;

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  /** A token with unreadable claims gets an issuer too, so that its signature is looked at first. */
  of(claims: { readonly iss?: unknown } | undefined): Issuer | undefined {
    const name = claims === undefined ? '' : claims.iss;
    if (claims !== undefined && !isText(name)) return undefined;
    return { name: String(name), keys: this.#keys, keysIn: ({ find }) => find };
  }

  fetched(): readonly FetchedKeys[] {
    return this.#keys instanceof KeySet ? [{ issuer: 'any', keys: this.#keys }] : [];
  }
}
