import type { ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { RequestContext } from '../context.ts';
import { onceClosed } from '../http/once-closed.ts';
import type { Kept } from '../kept.ts';
import { Deadline } from '../lib/deadline.ts';
import { LinkedList } from '../lib/linked-list.ts';
import { noop } from '../lib/noop.ts';
import type { EndReason } from '../observation.ts';
import { mayStayOpen } from './standing-stream.ts';

/** How long clients have for the last bytes of answers that were ended when the time was over. */
const LAST_BYTES_MS = 1000;

/** The requests of a gateway that are under way, over all its routes, and how they come to an end. */
export class OpenRequests {
  readonly #open = new LinkedList<ServerResponse>();
  /** Called when no request is under way any more. */
  onEmpty: () => void = noop;

  add(res: ServerResponse): void {
    const open = this.#open.add(res);
    onceClosed(res.req, res, () => {
      this.#open.remove(open);
      if (this.isEmpty) this.onEmpty();
    });
  }

  get isEmpty(): boolean {
    return this.#open.first === undefined;
  }

  /** A list of all requests as they are now, so that one may end while the list is visited. */
  all(): readonly ServerResponse[] {
    return this.#open.all();
  }
}

/** The open requests of a gateway. */
export function openRequestsOf(kept: Kept): OpenRequests {
  return kept.of(['open requests'], () => new OpenRequests());
}

/**
 * Ends an answer that may stay open for ever. The answer to a call, streamed or not, goes on until the last
 * call. In the older transport the answers to all calls come on the stream, so that it goes on too.
 */
export function windDown(
  context: RequestContext,
  isLastCall: boolean,
  why: EndReason = 'draining',
): void {
  const isStanding = mayStayOpen(context) && context.legacy === undefined;
  if (isLastCall || isStanding) context.exchange?.endBetweenEvents(why);
}

/** Answers all with 503 `draining`, or cuts them, and calls `onDone` when clients had time to read it. */
export function endNow(requests: readonly ServerResponse[], onDone: () => void = noop): void {
  for (const res of requests) answerError(res.req, res, 'draining', { slot: 'draining' });
  new Deadline().start(LAST_BYTES_MS, () => {
    for (const res of requests) if (!res.closed) res.destroy();
    onDone();
  });
}
