import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { contextOf } from '../context.ts';
import { makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';

/** Seconds after which a refused client may try again: another instance is there by then. */
const RETRY_AFTER = { 'Retry-After': '5' };

/**
 * The way out of service: lets requests in and remembers them until they are answered; once it
 * drains, refuses what is new with 503, and waits for the rest.
 */
export class Drain {
  readonly #open = new Map<IncomingMessage, ServerResponse>();
  #drained: Promise<void> | undefined;
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

  /** Resolves when no request is under way any more, which is at the latest after `graceMs`. */
  drain(graceMs: number): Promise<void> {
    this.#drained ??= this.#drain(graceMs);
    return this.#drained;
  }

  async #drain(graceMs: number): Promise<void> {
    this.#windDown(false);
    if (this.#open.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    const grace = setTimeout(() => {
      this.#windDown(true);
      for (const [req, res] of this.#open) {
        answerError(req, res, 'draining', { headers: RETRY_AFTER });
      }
    }, graceMs);
    await empty;
    clearTimeout(grace);
  }

  #windDown(isLastCall: boolean): void {
    for (const req of this.#open.keys()) {
      const context = contextOf(req);
      context.isDraining = true;
      context.windDown?.(isLastCall);
    }
  }
}
