import type { ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { AnswerStage } from '../answer-stage.ts';
import { contextOf, type RequestContext } from '../context.ts';
import { afterParsing } from '../http/after-parsing.ts';
import { makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';
import type { Kept } from '../kept.ts';
import { Deadline } from '../lib/deadline.ts';
import { LinkedList } from '../lib/linked-list.ts';
import { noop } from '../lib/noop.ts';
import { LONGEST_TIMER_MS } from '../options/duration.ts';
import type { Slot } from './slot.ts';
import { mayStayOpen } from './standing-stream.ts';

/** How long clients may take the last bytes of what was ended when the time was over. */
const LAST_BYTES_MS = 1000;

/** At most what a timer can hold; no timer for `Infinity`, and none to wait for what is no time. */
function graceOf(ms: number): number | false {
  if (ms === Number.POSITIVE_INFINITY) return false;
  return ms > 0 ? Math.min(ms, LONGEST_TIMER_MS) : 0;
}

/**
 * The way out of service: lets requests in and remembers them until they are answered; once it
 * drains, refuses what is new with 503, and waits for the rest.
 */
export class Drain {
  /** The answers of all requests that are under way. */
  readonly #open = new LinkedList<ServerResponse>();
  #drained: Promise<void> | undefined;
  readonly #grace = new Deadline();
  #onEmpty: () => void = noop;

  /** An answer that begins while the gateway closes. */
  readonly #stage: AnswerStage = {
    begun: (req) => {
      if (this.#drained !== undefined) windDown(contextOf(req), false);
    },
  };

  readonly middleware: Middleware = (req, res, next) => {
    if (this.#drained !== undefined) {
      makeLastRequest(req, res);
      afterParsing(res, () => answerError(req, res, 'draining'));
      return;
    }
    contextOf(req).addStage(this.#stage);
    const open = this.#open.add(res);
    onceClosed(req, res, () => {
      this.#open.remove(open);
      if (this.#isEmpty) this.#onEmpty();
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
    if (this.#isEmpty) this.#onEmpty();
    else this.#grace.start(graceOf(graceMs), () => this.#callTime());
    return this.#drained;
  }

  get #isEmpty(): boolean {
    return this.#open.first === undefined;
  }

  #callTime(): void {
    this.#windDown(true);
    for (const res of this.#open.all()) {
      answerError(res.req, res, 'draining', { slot: 'draining' });
    }
    this.#grace.start(LAST_BYTES_MS, () => {
      for (const res of this.#open.all()) res.destroy();
      this.#onEmpty();
    });
  }

  #windDown(isLastCall: boolean): void {
    for (const { req } of this.#open.all()) windDown(contextOf(req), isLastCall);
  }
}

/**
 * What may stay open for ever ends; the answer to a call, streamed or not, gets until the last call. In
 * the older transport the answers to all calls come on the stream.
 */
function windDown(context: RequestContext, isLastCall: boolean): void {
  const isStanding = mayStayOpen(context) && context.legacy === undefined;
  if (isLastCall || isStanding) context.exchange?.endBetweenEvents('draining');
}

/** That of a gateway, over all its routes. */
export function drainOf(kept: Kept): Drain {
  return kept.of(['draining'], () => new Drain());
}

/** The slot. */
export const draining: Slot<object, object, 'draining'> = {
  name: 'draining',
  options: [],
  read: () => ({}),
  build: (_settings, kept) => drainOf(kept).middleware,
};
