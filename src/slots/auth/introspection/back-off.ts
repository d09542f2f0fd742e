const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Pauses the questions to a server that fails, each time for twice as long. */
export class BackOff {
  /** Milliseconds on a clock that never goes back. */
  readonly #now: () => number;
  #pauseMs = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #last: Error | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Why the server may not be asked at the moment; undefined: it may. */
  get reason(): Error | undefined {
    return this.#now() < this.#pausedUntil ? this.#last : undefined;
  }

  /** @param grows - Whether the pause gets longer: not where one caller could have caused the failure. */
  failed(error: Error, grows: boolean): void {
    // Requests that fail together are one failure.
    if (this.reason !== undefined) return;
    this.#last = error;
    if (grows) {
      this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, this.#pauseMs * 2), LONGEST_PAUSE_MS);
    }
    this.#pausedUntil = this.#now() + (grows ? this.#pauseMs : FIRST_PAUSE_MS);
  }

  succeeded(): void {
    this.#pauseMs = 0;
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#last = undefined;
  }
}
