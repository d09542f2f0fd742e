import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { AnswerStage } from '../answer-stage.ts';
import { contextOf, type RequestContext } from '../context.ts';
import { afterParsing } from '../http/after-parsing.ts';
import { makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import type { Kept } from '../kept.ts';
import { Deadline } from '../lib/deadline.ts';
import type { RunningConfig } from '../observation.ts';
import { LONGEST_TIMER_MS } from '../options/duration.ts';
import { endNow, type OpenRequests, openRequestsOf, windDown } from './open-requests.ts';
import type { Slot } from './slot.ts';

/** The grace, cut to what a timer can hold; false, no timer, for `Infinity`. */
export function graceOf(ms: number): number | false {
  return ms === Number.POSITIVE_INFINITY ? false : Math.min(ms, LONGEST_TIMER_MS);
}

/**
 * Takes a gateway out of service. It lets requests in and remembers them until they are answered. Once it
 * drains, it refuses new requests with 503, and waits for the rest.
 */
export class Drain {
  readonly #open: OpenRequests;
  #drained: Promise<void> | undefined;
  #endsBefore = 0;
  readonly #grace = new Deadline();

  constructor(open: OpenRequests) {
    this.#open = open;
  }

  get isDraining(): boolean {
    return this.#drained !== undefined;
  }

  /**
   * Winds down an answer that begins while the gateway closes, or after the end of the configuration that its
   * request came under.
   */
  readonly #stage: AnswerStage = {
    begun: (req) => {
      const context = contextOf(req);
      if (this.#drained !== undefined) windDown(context, false);
      else if (this.#isOver(context)) windDown(context, false, 'updated');
    },
  };

  readonly middleware: Middleware = (req, res, next) => {
    if (this.#drained !== undefined) {
      this.#refuse(req, res);
      return;
    }
    contextOf(req).addStage(this.#stage);
    this.#open.add(res);
    next();
  };

  /** Decides, and remembers no request. */
  readonly rehearsal: Middleware = (req, res, next) => {
    if (this.#drained === undefined) next();
    else this.#refuse(req, res);
  };

  #refuse(req: IncomingMessage, res: ServerResponse): void {
    makeLastRequest(req, res);
    afterParsing(res, () => answerError(req, res, 'draining'));
  }

  /**
   * Resolves when no request is under way any more, which is at the latest a second after `graceMs`.
   * A later call sets the time anew.
   */
  drain(graceMs: number): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      this.#open.onEmpty = () => {
        this.#grace.clear();
        resolve();
      };
      this.#windDown(false);
    });
    if (this.#open.isEmpty) this.#open.onEmpty();
    else this.#grace.start(graceOf(graceMs), () => this.#callTime());
    return this.#drained;
  }

  /**
   * Ends the event streams of earlier configurations that would stay open; also those that have yet to begin.
   */
  endStreamsBefore({ number }: RunningConfig): void {
    this.#endsBefore = number;
    for (const { req } of this.#open.all()) {
      const context = contextOf(req);
      if (this.#isOver(context)) windDown(context, false, 'updated');
    }
  }

  #isOver({ running }: RequestContext): boolean {
    return running !== undefined && running.number < this.#endsBefore;
  }

  #callTime(): void {
    this.#windDown(true);
    endNow(this.#open.all(), () => this.#open.onEmpty());
  }

  #windDown(isLastCall: boolean): void {
    for (const { req } of this.#open.all()) windDown(contextOf(req), isLastCall);
  }
}

/** The drain of a gateway, over all its routes. */
export function drainOf(kept: Kept): Drain {
  return kept.of(['draining'], () => new Drain(openRequestsOf(kept)));
}

/** The slot. */
export const draining: Slot<object, object, 'draining'> = {
  name: 'draining',
  options: [],
  read: () => ({}),
  build: (_settings, kept) => drainOf(kept).middleware,
  rehearse: (_settings, kept) => drainOf(kept).rehearsal,
};
