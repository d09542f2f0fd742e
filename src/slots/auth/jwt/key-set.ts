import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { NowOrLater } from '../../../lib/now-or-later.ts';
import type { KeySource } from './key-source.ts';
import type { VerificationKeys } from './verification-keys.ts';

const FRESH_MS = 10 * 60_000;
/** Keys older than this are not used while newer ones are on their way, unless the server fails. */
const REFRESHED_MS = 2 * FRESH_MS;
const STALE_MS = 24 * 60 * 60_000;
const FIRST_BACK_OFF_MS = 1000;
const LONGEST_BACK_OFF_MS = 30_000;
/** The least time between two renewals, for all tokens together. */
const BETWEEN_RENEWALS_MS = 5000;
/** The least time between two renewals for tokens with the same origin: the same key and subject. */
const BETWEEN_RENEWALS_FOR_ONE_MS = 30_000;
/** How many origins are remembered: more cannot wait at once, and there is a set of keys for each tenant. */
const MOST_REMEMBERED = BETWEEN_RENEWALS_FOR_ONE_MS / BETWEEN_RENEWALS_MS;

/** There are no keys that could be used; `cause` says why. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';

  constructor(cause: unknown) {
    super('The keys of the issuer could not be fetched', { cause });
  }
}

/** No server was asked for keys, so none has failed: the next request may ask. */
export class NotAsked extends Error {}

/** Keys that were fetched, and when. */
interface Fetched {
  readonly keys: VerificationKeys;
  readonly at: number;
}

/**
 * The keys of an issuer, fetched when they are needed and kept while their server is down. There is one fetch
 * at a time, for all requests that wait, and the pause between two fetches grows with each failure.
 */
export class KeySet implements KeySource {
  readonly #fetch: () => Promise<VerificationKeys>;
  /** Milliseconds on a clock that never goes back. */
  readonly #now: () => number;
  #fetched: Fetched | undefined;
  #fetching: Promise<void> | undefined;
  #failures = 0;
  #failure: unknown;
  #failingSince: number | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;
  #renewedAt = Number.NEGATIVE_INFINITY;
  /** When the keys were last renewed in vain, by origin. */
  readonly #waiting = new BoundedMap<string, number>(MOST_REMEMBERED);

  constructor(fetch: () => Promise<VerificationKeys>, now: () => number) {
    this.#fetch = fetch;
    this.#now = now;
  }

  /** Rejects with `KeysUnavailable` where no keys were ever fetched, or they are too old. */
  current(): NowOrLater<VerificationKeys> {
    const fetched = this.#fetched;
    return fetched !== undefined && this.#age() < FRESH_MS ? fetched.keys : this.#refreshed();
  }

  async #refreshed(): Promise<VerificationKeys> {
    const age = this.#age();
    if (age >= FRESH_MS) {
      const refreshed = this.#refresh();
      const isUsable = age < REFRESHED_MS || (age < STALE_MS && this.#failures > 0);
      if (!isUsable) await refreshed;
    }
    if (this.#fetched === undefined || this.#age() >= STALE_MS) {
      throw new KeysUnavailable(this.#failure);
    }
    return this.#fetched.keys;
  }

  /**
   * Fetches newer keys: the first time at once, afterwards only now and then, so that made-up tokens cannot
   * cause a storm. If a renewal did not help a token, tokens of its `origin` wait longer, because a client
   * may send the token as long as it is valid. Tokens of another `origin` do not wait longer for it.
   */
  async renewed(lacking: VerificationKeys, origin: string): Promise<VerificationKeys> {
    if (this.#fetched?.keys === lacking) {
      if (this.#fetching === undefined) {
        if (this.#now() - this.#waitsSince(origin) < BETWEEN_RENEWALS_FOR_ONE_MS) return lacking;
        if (this.#now() - this.#renewedAt < BETWEEN_RENEWALS_MS) return lacking;
        this.#renewedAt = this.#now();
        // Only for the token that causes the fetch: a token that joins a fetch may be signed with a key that
        // came a moment later.
        this.#waiting.set(origin, this.#renewedAt);
      }
      await this.#refresh();
    }
    return this.#fetched?.keys ?? lacking;
  }

  get held(): VerificationKeys | undefined {
    return this.#age() < STALE_MS ? this.#fetched?.keys : undefined;
  }

  /** How long ago they were fetched, in milliseconds; undefined: never. */
  get fetchedMsAgo(): number | undefined {
    return this.#fetched && this.#age();
  }

  /** How many there are; undefined: they never were fetched. */
  get count(): number | undefined {
    return this.#fetched?.keys.count;
  }

  /** For how long it has failed to fetch them; undefined: it does not fail. */
  get failingForMs(): number | undefined {
    return this.#failingSince === undefined ? undefined : this.#now() - this.#failingSince;
  }

  #waitsSince(origin: string): number {
    return this.#waiting.get(origin) ?? Number.NEGATIVE_INFINITY;
  }

  #age(): number {
    return this.#fetched ? this.#now() - this.#fetched.at : Number.POSITIVE_INFINITY;
  }

  /** Never rejects, because most of the time no caller waits for it. */
  async #refresh(): Promise<void> {
    if (this.#fetching === undefined && this.#now() < this.#retryAt) return;
    this.#fetching ??= this.#fetch()
      .then((keys) => this.#succeed(keys))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#fetching = undefined;
      });
    await this.#fetching;
  }

  #succeed(keys: VerificationKeys): void {
    const known = this.#fetched?.keys;
    this.#fetched = { keys: known?.text === keys.text ? known : keys, at: this.#now() };
    this.#failures = 0;
    this.#failure = undefined;
    this.#failingSince = undefined;
  }

  #fail(error: unknown): void {
    this.#failure = error;
    if (error instanceof NotAsked) return;
    const backOff = Math.min(FIRST_BACK_OFF_MS * 2 ** this.#failures, LONGEST_BACK_OFF_MS);
    this.#retryAt = this.#now() + backOff;
    this.#failures += 1;
    this.#failingSince ??= this.#now();
  }
}
