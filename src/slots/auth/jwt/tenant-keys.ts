import { BoundedMap } from '../../../lib/bounded-map.ts';
import { plain } from '../../../lib/plain-error.ts';
import { KeySet, NotAsked } from './key-set.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** For so many tenants keys are kept, unless more are named in the configuration. */
const MOST_ISSUERS = 1000;

/** For so many tenants keys are fetched at once, or for all that are named: a client may make up other names. */
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
   * @param atLeast - How many tenants are named: so many are kept, and asked at once, in any case.
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

  /** Nothing is fetched yet. */
  of(tenant: string): KeySet {
    const good = this.#good.get(tenant);
    const keys = good ?? this.peek(tenant);
    // The one that was used last is forgotten last.
    (good === undefined ? this.#others : this.#good).set(tenant, keys);
    return keys;
  }

  /** The same, for whoever only looks: a tenant that is not known stays so. */
  peek(tenant: string): KeySet {
    const known = this.#good.get(tenant) ?? this.#others.get(tenant);
    return known ?? new KeySet(() => this.#ask(tenant), this.#now);
  }

  /** Of all tenants that are known, each with its keys. */
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
