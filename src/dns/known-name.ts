import type { LookupAddress } from 'node:dns';
import { noop } from '../lib/noop.ts';
import { within } from '../lib/within.ts';

/** The addresses of a name, of which there is one at least. */
export type Addresses = readonly LookupAddress[];

/** How long an answer is used without asking again, and a failure told without trying again. */
const FRESH_MS = 5000;
const FAILED_MS = 1000;
/** How long a new answer is waited for where there is an older one. */
const GRACE_MS = 500;
/** How old an answer may get while there is no newer one. */
const STALE_MS = 60 * 60_000;
/** How long a first answer is waited for. */
const LONGEST_WAIT_MS = 30_000;

/** What is known of one name. It is looked up once at a time, however many callers wait for it. */
export class KnownName {
  readonly #lookUp: () => Promise<Addresses>;
  /** Milliseconds on a clock that never goes back. */
  readonly #now: () => number;
  #addresses: Addresses | undefined;
  #staleAt = Number.POSITIVE_INFINITY;
  #failure: unknown;
  /** Until when the last outcome is used without a new look-up. */
  #freshUntil = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | undefined;
  #begunAt = 0;

  /** `builtIn` is used wherever there is no answer. */
  constructor(lookUp: () => Promise<Addresses>, now: () => number, builtIn?: Addresses) {
    this.#lookUp = lookUp;
    this.#now = now;
    this.#addresses = builtIn;
  }

  /** The newest addresses there are; rejects with why there are none. */
  async addresses(): Promise<Addresses> {
    const outcome = this.outcome();
    const wait = this.#usable() === undefined ? LONGEST_WAIT_MS : this.#restOfGrace();
    if (outcome !== undefined && wait > 0) await within(wait, outcome, '').catch(noop);
    const usable = this.#usable();
    if (usable !== undefined) return usable;
    throw this.#failure ?? inTime();
  }

  /**
   * Resolves when a look-up of the name has ended, whether it failed or not; undefined where the last one is
   * recent enough.
   */
  outcome(): Promise<void> | undefined {
    if (this.#now() < this.#freshUntil) return undefined;
    if (this.#pending === undefined) {
      this.#begunAt = this.#now();
      this.#pending = this.#ask();
    }
    return this.#pending;
  }

  async #ask(): Promise<void> {
    try {
      this.#addresses = await this.#lookUp();
      this.#failure = undefined;
      this.#staleAt = this.#now() + STALE_MS;
      this.#freshUntil = this.#now() + FRESH_MS;
    } catch (error) {
      this.#failure = error;
      this.#freshUntil = this.#now() + FAILED_MS;
    } finally {
      this.#pending = undefined;
    }
  }

  #usable(): Addresses | undefined {
    return this.#now() < this.#staleAt ? this.#addresses : undefined;
  }

  #restOfGrace(): number {
    return this.#begunAt + GRACE_MS - this.#now();
  }
}

/** The error that a resolver gives after too long a wait. */
function inTime(): Error {
  const message = 'The name was not resolved in time';
  return Object.assign(new Error(message), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' });
}
