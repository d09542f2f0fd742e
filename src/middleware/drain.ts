import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { contextOf } from '../context.ts';
import { Deadline } from '../http/deadline.ts';
import { makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';

/** Seconds after which a refused client may try again: another instance is there by then. */
const RETRY_AFTER = { 'Retry-After': '5' };

/** How long clients may take the last bytes of what was ended when the time was over. */
const LAST_BYTES_MS = 1000;

/** What a timer can hold; anything that is no time is none. */
function graceOf(ms: number): number | false {
  if (ms === Number.POSITIVE_INFINITY) return false;
  return ms > 0 ? Math.min(ms, 2 ** 31 - 1) : 0;
}

/**
 * The way out of service: lets requests in and remembers them until they are answered; once it
 * drains, refuses what is new with 503, and waits for the rest.
 */
export class Drain {
  readonly #open = new Map<IncomingMessage, ServerResponse>();
  #drained: Promise<void> | undefined;
  readonly #grace = new Deadline();
  #onEmpty: () => void = () => {};

  readonly middleware: Middleware = (req, res, next) => {
    if (this.#drained !== undefined) {
      makeLastRequest(req, res);
      answerError(req, res, 'draining', { headers: RETRY_AFTER });
      return;
    }
    this.#open.set(req, res);
    onceClosed(req, res, () => {
      this.#open.delete(req);
      if (this.#open.size === 0) this.#onEmpty();
    });
    next();
  };

  /**
   * Resolves when no request is under way any more, which is at the latest a second after `graceMs`.
   * A later call sets the time anew.
   */
  drain(graceMs: number): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      this.#onEmpty = () => {
        this.#grace.clear();
        resolve();
      };
      this.#windDown(false);
    });
    if (this.#open.size === 0) this.#onEmpty();
    else this.#grace.start(graceOf(graceMs), () => this.#callTime());
    return this.#drained;
  }

  #callTime(): void {
    this.#windDown(true);
    for (const [req, res] of this.#open) {
      answerError(req, res, 'draining', { headers: RETRY_AFTER });
    }
    this.#grace.start(LAST_BYTES_MS, () => {
      for (const res of this.#open.values()) res.destroy();
      this.#onEmpty();
    });
  }

  #windDown(isLastCall: boolean): void {
    for (const req of this.#open.keys()) {
      const context = contextOf(req);
      context.isDraining = true;
      context.windDown?.(isLastCall);
    }
  }
}
