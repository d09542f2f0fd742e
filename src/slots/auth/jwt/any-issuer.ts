import { isText } from '../../../lib/text.ts';
import type { FetchedKeys, Issuer, Issuers } from './issuers.ts';
import { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';

/** Whoever has the keys: their tokens may name any issuer, but have to name one. */
export class AnyIssuer implements Issuers {
  readonly #keys: KeySource;

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  /** A token with unreadable claims is told so once its signature was looked at. */
  of(claims: { readonly iss?: unknown } | undefined): Issuer | undefined {
    const name = claims === undefined ? '' : claims.iss;
    if (claims !== undefined && !isText(name)) return undefined;
    return { name: String(name), keys: this.#keys, keysIn: ({ find }) => find };
  }

  fetched(): readonly FetchedKeys[] {
    return this.#keys instanceof KeySet ? [{ issuer: 'any', keys: this.#keys }] : [];
  }
}
