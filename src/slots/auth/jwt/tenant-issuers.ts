import { type FetchedKeys, type Issuer, type Issuers, ownKeys } from './issuers.ts';
import { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';
import type { TenantKeys } from './tenant-keys.ts';
import type { TenantUrl } from './tenant-url.ts';
import { NO_KEY } from './verification-keys.ts';

/** Whether the tokens of a tenant are taken. */
export type TenantRule = (tenant: string) => boolean;

/** Keys that all tenants share, or the keys of each tenant. */
export type KeysOfTenants = KeySource | TenantKeys;

/** An issuer for each tenant of one server. */
export class TenantIssuers implements Issuers {
  readonly #pattern: TenantUrl;
  readonly #isKnown: TenantRule;
  readonly #keys: KeysOfTenants;

  constructor(pattern: TenantUrl, isKnown: TenantRule, keys: KeysOfTenants) {
    this.#pattern = pattern;
    this.#isKnown = isKnown;
    this.#keys = keys;
  }

  of(claims: { readonly iss?: unknown } | undefined, isPeek: boolean = false): Issuer | undefined {
    const name = claims?.iss;
    if (typeof name !== 'string') return undefined;
    const tenant = this.#pattern.tenantIn(name);
    if (tenant === undefined || !this.#isKnown(tenant)) return undefined;
    if ('of' in this.#keys) {
      const keys = isPeek ? this.#keys.peek(tenant) : this.#keys.of(tenant);
      return { name, keys, keysIn: (all) => ownKeys(all, name) };
    }
    return { name, keys: this.#keys, keysIn: (all) => all.findFor(name) ?? NO_KEY };
  }

  fetched(): readonly FetchedKeys[] {
    const { text } = this.#pattern;
    if (this.#keys instanceof KeySet) return [{ issuer: text, keys: this.#keys }];
    if (!('of' in this.#keys)) return [];
    return this.#keys.all().map(([tenant, keys]) => ({ issuer: this.#pattern.of(tenant), keys }));
  }
}
