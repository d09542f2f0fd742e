import { noop } from '../lib/noop.ts';

/** A token as the token endpoint issued it. */
export interface IssuedToken {
  readonly value: string;
  readonly lifetimeMs: number;
}

interface Held {
  readonly value: string;
  readonly issuedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
  /** Whether the upstream has refused it. */
  readonly isRefused: boolean;
}

/** It is renewed this long before it expires, or a tenth of its lifetime where that is less. */
const MARGIN_MS = 30_000;

/**
 * How long to wait after one token was asked for in place of a refused one, before the next is: an upstream
 * that refuses all of them must not cause a storm at the token server.
 */
const REPLACEMENT_PAUSE_MS = 5000;

/** Holds one token while it lasts; all requests that wait for it wait for the same answer. */
export class HeldToken {
  #held: Held | undefined;
  #renewal: Promise<Held> | undefined;
  /** When a token was last asked for in place of a refused one. */
  #replacedAt = Number.NEGATIVE_INFINITY;

  /**
   * The token; `obtain` gets one where there is none, or it expires soon. A refused token is given out again
   * while it is too early for another: the upstream may have meant something else.
   */
  async value(obtain: () => Promise<IssuedToken>): Promise<string> {
    const held = this.#held;
    const isReplaced = held?.isRefused === true && this.#mayReplace();
    const isFresh = held !== undefined && isBetween(held.issuedAt, held.renewAt);
    if (isFresh && !isReplaced) return held.value;
    this.#renewal ??= this.#renew(obtain).finally(() => {
      this.#renewal = undefined;
    });
    // While the token is good, no request waits for its successor, which may never come.
    if (held !== undefined && !isReplaced && isBetween(held.issuedAt, held.expiresAt)) {
      this.#renewal.catch(noop);
      return held.value;
    }
    return (await this.#renewal).value;
  }

  /** The upstream has refused a token. If it is the one that is held, the next request gets another. */
  refuse(value: string): void {
    if (this.#held?.value === value) this.#held = { ...this.#held, isRefused: true };
  }

  #mayReplace(): boolean {
    // A renewal is on its way: this request waits for it.
    if (this.#renewal !== undefined) return true;
    if (isBetween(this.#replacedAt, this.#replacedAt + REPLACEMENT_PAUSE_MS)) return false;
    this.#replacedAt = Date.now();
    return true;
  }

  async #renew(obtain: () => Promise<IssuedToken>): Promise<Held> {
    // The lifetime of the token began before its answer came.
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

/**
 * Whether the time is between these two. If it is before the first, the clock was set back, and nothing is
 * known.
 */
function isBetween(from: number, to: number): boolean {
  const now = Date.now();
  return from <= now && now < to;
}
