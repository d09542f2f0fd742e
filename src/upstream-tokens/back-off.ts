import { UpstreamUnavailableError } from '../errors.ts';
import { TokenFailure } from './token-failure.ts';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Keeps a request that has just failed from being tried again at once: the pause doubles with every failure.
 */
export class BackOff {
  readonly #counts: (failure: TokenFailure) => boolean;
  #last: TokenFailure | undefined;
  #pauseMs = 0;
  #pausedUntil = 0;

  /** @param counts - Whether a failure is a reason to wait. */
  constructor(counts: (failure: TokenFailure) => boolean) {
    this.#counts = counts;
  }

  /** Makes an attempt, unless it has to wait. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    this.#throwIfPaused();
    try {
      const result = await attempt();
      this.#last = undefined;
      this.#pauseMs = 0;
      this.#pausedUntil = 0;
      return result;
    } catch (error) {
      if (!(error instanceof TokenFailure && this.#counts(error))) throw error;
      this.#last = error;
      // Attempts that fail together are one failure.
      if (this.#remainingMs() === 0) this.#pause();
      throw this.#unavailable(error);
    }
  }

  #throwIfPaused(): void {
    if (this.#last !== undefined && this.#remainingMs() > 0) throw this.#unavailable(this.#last);
  }

  #pause(): void {
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    this.#pausedUntil = Date.now() + this.#pauseMs;
  }

  #remainingMs(): number {
    const ms = this.#pausedUntil - Date.now();
    // More than the longest: the clock was set back.
    return ms > LONGEST_PAUSE_MS ? 0 : Math.max(0, ms);
  }

  #unavailable(cause: TokenFailure): UpstreamUnavailableError {
    const retryAfterMs = this.#remainingMs();
    return new UpstreamUnavailableError(cause.message, { cause, retryAfterMs });
  }
}
