/** A token, as whoever asked for it got it. */
export interface IssuedToken {
  readonly value: string;
  readonly lifetimeMs: number;
}

interface Held {
  readonly value: string;
  readonly issuedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

/** It is renewed this long before it expires, or a tenth of its lifetime where that is less. */
const MARGIN_MS = 30_000;

/** Holds one token while it lasts; all who wait for it wait for the same answer. */
export class HeldToken {
  #held: Held | undefined;
  #renewal: Promise<Held> | undefined;

  /** The token; `obtain` gets one where there is none, or none for long. */
  async value(obtain: () => Promise<IssuedToken>): Promise<string> {
    const held = this.#held;
    if (held !== undefined && isBetween(held.issuedAt, held.renewAt)) return held.value;
    this.#renewal ??= this.#renew(obtain).finally(() => {
      this.#renewal = undefined;
    });
    // While it is good, nobody waits for its successor, which may never come.
    if (held !== undefined && isBetween(held.issuedAt, held.expiresAt)) {
      this.#renewal.catch(() => {});
      return held.value;
    }
    return (await this.#renewal).value;
  }

  async #renew(obtain: () => Promise<IssuedToken>): Promise<Held> {
    // Its lifetime began before its answer came.
    const issuedAt = Date.now();
    const { value, lifetimeMs } = await obtain();
    this.#held = {
      value,
      issuedAt,
      renewAt: issuedAt + lifetimeMs - Math.min(MARGIN_MS, lifetimeMs / 10),
      expiresAt: issuedAt + lifetimeMs,
    };
    return this.#held;
  }
}

/** Whether it is that time; before the first, the clock was set back, and nothing is known. */
function isBetween(from: number, to: number): boolean {
  const now = Date.now();
  return from <= now && now < to;
}
