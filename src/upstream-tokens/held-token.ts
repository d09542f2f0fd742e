import { noop } from '../lib/noop.ts';

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
  /** Whether the upstream has said no to it. */
  readonly isRefused: boolean;
}

/** It is renewed this long before it expires, or a tenth of its lifetime where that is less. */
const MARGIN_MS = 30_000;

/**
 * How long after one token was asked for in place of a refused one the next may be: an upstream that
 * refuses them all must not become a storm at the token server.
 */
const REPLACEMENT_PAUSE_MS = 5000;

/** Holds one token while it lasts; all who wait for it wait for the same answer. */
export class HeldToken {
  #held: Held | undefined;
  #renewal: Promise<Held> | undefined;
  /** When one was last asked for because the one before was refused. */
  #replacedAt = Number.NEGATIVE_INFINITY;

  /**
   * The token; `obtain` gets one where there is none, or none for long. One that was refused is given
   * out again while it is too early for another: the upstream may have meant something else.
   */
  async value(obtain: () => Promise<IssuedToken>): Promise<string> {
    const held = this.#held;
    const isReplaced = held?.isRefused === true && this.#mayReplace();
    const isFresh = held !== undefined && isBetween(held.issuedAt, held.renewAt);
    if (isFresh && !isReplaced) return held.value;
    this.#renewal ??= this.#renew(obtain).finally(() => {
      this.#renewal = undefined;
    });
    // While it is good, nobody waits for its successor, which may never come.
    if (held !== undefined && !isReplaced && isBetween(held.issuedAt, held.expiresAt)) {
      this.#renewal.catch(noop);
      return held.value;
    }
    return (await this.#renewal).value;
  }

  /** The upstream has said no to a token; another is got for the next request, if this one is held. */
  refuse(value: string): void {
    if (this.#held?.value === value) this.#held = { ...this.#held, isRefused: true };
  }

  #mayReplace(): boolean {
    // Who comes while it is on its way waits for it.
    if (this.#renewal !== undefined) return true;
    if (isBetween(this.#replacedAt, this.#replacedAt + REPLACEMENT_PAUSE_MS)) return false;
    this.#replacedAt = Date.now();
    return true;
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
      isRefused: false,
    };
    return this.#held;
  }
}

/** Whether it is that time; before the first, the clock was set back, and nothing is known. */
function isBetween(from: number, to: number): boolean {
  const now = Date.now();
  return from <= now && now < to;
}
