import { createHmac, randomBytes } from 'node:crypto';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** How many callers are remembered. */
const MOST_CALLERS = 1000;

/** How long a password that was right counts. */
const KEPT_MS = 300_000;

/**
 * Remembers for a while which passwords were right, hashed with a key that only this process knows: without
 * that key, passwords cannot be tried out against a dump of the memory. Requests that ask the same at once
 * wait for one answer.
 */
export class VerifiedPasswords {
  readonly #secret = randomBytes(32);
  readonly #until = new BoundedMap<string, number>(MOST_CALLERS);
  readonly #asked = new Map<string, Promise<boolean>>();

  /** Whether the password is right; `compare` is called where that is not remembered. */
  async isRight(user: string, password: string, compare: () => Promise<boolean>): Promise<boolean> {
    const key = createHmac('sha256', this.#secret)
      .update(JSON.stringify([user, password]))
      .digest('base64');
    const until = this.#until.get(key);
    if (until !== undefined && until > Date.now()) return true;
    const asked = this.#asked.get(key) ?? this.#ask(key, compare);
    return asked;
  }

  #ask(key: string, compare: () => Promise<boolean>): Promise<boolean> {
    const asked = compare()
      .then((isRight) => {
        if (isRight) this.#until.set(key, Date.now() + KEPT_MS);
        return isRight;
      })
      .finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }
}
