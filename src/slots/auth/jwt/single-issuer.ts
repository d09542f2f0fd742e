import { type FetchedKeys, type Issuer, type Issuers, ownKeys } from './issuers.ts';
import { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';

/** One issuer, known by its name. */
export class SingleIssuer implements Issuers {
  readonly #issuer: Issuer;

  constructor(name: string, keys: KeySource) {
    this.#issuer = { name, keys, keysIn: (all) => ownKeys(all, name) };
  }

  /** A token with unreadable claims counts as one of this issuer: its signature is looked at first. */
  of(claims: { readonly iss?: unknown } | undefined): Issuer | undefined {
    return claims === undefined || claims.iss === this.#issuer.name ? this.#issuer : undefined;
  }

  fetched(): readonly FetchedKeys[] {
    const { name, keys } = this.#issuer;
    return keys instanceof KeySet ? [{ issuer: name, keys }] : [];
  }
}
