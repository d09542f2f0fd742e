import { createHmac, randomBytes } from 'node:crypto';
import { BoundedMap } from '../../lib/bounded-map.ts';

/** How many callers are remembered. */
const MOST_CALLERS = 1000;

/** How long a password counts that was right. */
const KEPT_MS = 300_000;

/**
 * Remembers for a while which passwords were right, under a key that only this process knows: no dump of the
 * memory gives away what could be tried out. Who asks the same at once waits for one answer.
 */
export class VerifiedPasswords {
  readonly #secret = randomBytes(32);
  readonly #until = new BoundedMap<string, number>(MOST_CALLERS);
  readonly #asked = new Map<string, Promise<boolean>>();

  /** Whether the password is right; `compare` is asked where that is not known. */
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
