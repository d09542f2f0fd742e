import { BoundedMap } from '../../../lib/bounded-map.ts';
import { plain } from '../../../lib/plain-error.ts';
import { KeySet, NotAsked } from './key-set.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** How many tenants keys are kept for, unless the configuration names more. */
const MOST_ISSUERS = 1000;

/**
 * How many tenants keys are fetched for at once, unless the configuration names more: a client may make up
 * names.
 */
const MOST_ASKED_AT_ONCE = 50;

/**
 * The keys of each tenant. Tenants whose keys never came are kept apart: where a function takes any tenant, a
 * client may make up names, and these must not push out the tenants that exist.
 */
export class TenantKeys {
  readonly #fetch: (tenant: string) => Promise<VerificationKeys>;
  readonly #now: () => number;
  readonly #good: BoundedMap<string, KeySet>;
  readonly #others: BoundedMap<string, KeySet>;
  readonly #mostAsked: number;
  #asking = 0;

  /**
   * @param now - Milliseconds on a clock that never goes back.
   * @param atLeast - How many tenants the configuration names: keys of that many are kept, and fetched at
   * once, in any case.
   */
  constructor(
    fetch: (tenant: string) => Promise<VerificationKeys>,
    now: () => number,
    atLeast: number,
  ) {
    this.#fetch = fetch;
    this.#now = now;
    const most = Math.max(MOST_ISSUERS, atLeast);
    this.#good = new BoundedMap(most);
    this.#others = new BoundedMap(most);
    this.#mostAsked = Math.max(MOST_ASKED_AT_ONCE, atLeast);
  }

  /** The keys of a tenant. Nothing is fetched yet. */
  of(tenant: string): KeySet {
    const good = this.#good.get(tenant);
    const keys = good ?? this.peek(tenant);
    // The tenant that was used last is forgotten last.
    (good === undefined ? this.#others : this.#good).set(tenant, keys);
    return keys;
  }

  /** The same, but a tenant that is not known yet is not remembered. */
  peek(tenant: string): KeySet {
    const known = this.#good.get(tenant) ?? this.#others.get(tenant);
    return known ?? new KeySet(() => this.#ask(tenant), this.#now);
  }

  /** All tenants that are known, each with its keys. */
  all(): [tenant: string, KeySet][] {
    return [...this.#good.entries(), ...this.#others.entries()];
  }

  async #ask(tenant: string): Promise<VerificationKeys> {
    if (this.#asking >= this.#mostAsked) {
      throw plain(new NotAsked(`${this.#asking} key servers are asked already`));
    }
    this.#asking += 1;
    try {
      const fetched = await this.#fetch(tenant);
      this.#keep(tenant);
      return fetched;
    } finally {
      this.#asking -= 1;
    }
  }

  #keep(tenant: string): void {
    const keys = this.#others.get(tenant);
    if (keys === undefined) return;
    this.#others.delete(tenant);
    this.#good.set(tenant, keys);
  }
}
