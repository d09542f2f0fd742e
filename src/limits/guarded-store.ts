import type { IncrementResponse, Options, Store } from 'express-rate-limit';
import { within } from '../http/within.ts';

/** How long a store may take. */
const STORE_TIMEOUT_MS = 250;

/**
 * A store of others, of which nothing is taken on trust: each call is bounded in time, and what it says
 * is checked. One that has failed is initialised anew before it is asked again; that of Redis would
 * fail for ever if Redis was not there when it loaded its scripts.
 */
export class GuardedStore implements Store {
  readonly #store: Store;
  #options: Options | undefined;
  #hasFailed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  init(options: Options): void {
    this.#options = options;
    this.#start();
  }

  /** Nobody waits for it: stores take calls before they are ready, and wait themselves. */
  #start(): void {
    this.#hasFailed = false;
    const options = this.#options as Options;
    call(() => this.#store.init?.(options)).catch(() => {
      this.#hasFailed = true;
    });
  }

  async increment(key: string): Promise<IncrementResponse> {
    if (this.#hasFailed) this.#start();
    const counted = call(() => this.#store.increment(key));
    counted.catch(() => {
      this.#hasFailed = true;
    });
    return checked(await within(STORE_TIMEOUT_MS, counted, 'The store did not answer in time'));
  }

  async decrement(key: string): Promise<void> {
    await within(
      STORE_TIMEOUT_MS,
      call(() => this.#store.decrement(key)),
      'The store is slow',
    );
  }

  async resetKey(key: string): Promise<void> {
    await this.#store.resetKey(key);
  }
}

/** What throws rejects. */
async function call<T>(ask: () => T | Promise<T>): Promise<T> {
  return ask();
}

/** A number that is none would not be over any limit. */
function checked({ totalHits, resetTime }: IncrementResponse): IncrementResponse {
  if (!Number.isSafeInteger(totalHits) || totalHits < 1) {
    throw new TypeError('The store gave no count');
  }
  const isTime = resetTime instanceof Date && !Number.isNaN(resetTime.getTime());
  return { totalHits, resetTime: isTime ? resetTime : undefined };
}
