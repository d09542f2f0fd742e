import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { AnswerStage } from '../answer-stage.ts';
import { contextOf, type RequestContext } from '../context.ts';
import { afterParsing } from '../http/after-parsing.ts';
import { makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';
import type { Kept } from '../kept.ts';
import { Deadline } from '../lib/deadline.ts';
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
  readonly #open = new OpenRequests();
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
    const open = this.#open.add(req, res);
    onceClosed(req, res, () => {
      this.#open.remove(open);
      if (this.#open.isEmpty) this.#onEmpty();
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
    if (this.#open.isEmpty) this.#onEmpty();
    else this.#grace.start(graceOf(graceMs), () => this.#callTime());
    return this.#drained;
  }

  #callTime(): void {
    this.#windDown(true);
    for (const { req, res } of this.#open.all()) {
      answerError(req, res, 'draining', { slot: 'draining' });
    }
    this.#grace.start(LAST_BYTES_MS, () => {
      for (const { res } of this.#open.all()) res.destroy();
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

interface OpenRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  previous: OpenRequest | undefined;
  next: OpenRequest | undefined;
}

/**
 * A linked list rather than a Map or a Set: a table through which every request passes once costs
 * garbage collection about as much as all slots together.
 */
class OpenRequests {
  #last: OpenRequest | undefined;

  get isEmpty(): boolean {
    return this.#last === undefined;
  }

  add(req: IncomingMessage, res: ServerResponse): OpenRequest {
    const open: OpenRequest = { req, res, previous: this.#last, next: undefined };
    if (this.#last !== undefined) this.#last.next = open;
    this.#last = open;
    return open;
  }

  remove(open: OpenRequest): void {
    const { previous, next } = open;
    if (previous !== undefined) previous.next = next;
    if (next !== undefined) next.previous = previous;
    else this.#last = previous;
    // One that has survived a garbage collection would keep all that came after it until the next
    // full one: each link leads on to a younger request.
    open.previous = undefined;
    open.next = undefined;
  }

  /** All of them as they are now, so that one may go while they are visited. */
  all(): OpenRequest[] {
    const all: OpenRequest[] = [];
    for (let open = this.#last; open !== undefined; open = open.previous) all.push(open);
    return all;
  }
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
