import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import { isBodyPending } from '../http/framing.ts';
import { gatherPieces } from '../http/gathered-pieces.ts';
import { isAfterLastRequest, makeLastRequest } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { waitForTurn } from '../http/turn-queue.ts';
import type { Slot } from './slot.ts';

/** As long as an answer may be silent by default. */
const LONGEST_MS = 300_000;

/** Tells the client what it can do. */
const TOO_LATE = 'The answer before this one takes too long; use another connection';

/**
 * Begins with a request when all answers before it on its connection are sent. A request that a client sends
 * in advance would otherwise be carried out, and its answer held, until a turn that may never come. It waits
 * for `ms` at most. While the body waits, here or further on, it is gathered in large pieces.
 */
export function awaitTurn(ms: number | false = LONGEST_MS): Middleware {
  return function awaitTurnMiddleware(req, res, next) {
    if (isBodyPending(req)) gatherPieces(req);
    // Node gives an answer its connection when its turn comes.
    if (res.socket !== null || res.writableEnded) {
      next();
      return;
    }
    const { observation } = contextOf(req);
    // A request behind the last one of its connection is dropped, as `headLimits` does it.
    observation?.entered(isAfterLastRequest(req, res) ? 'head' : 'turn');
    waitForTurn(req, res, ms, {
      onTurn: () => {
        try {
          next();
        } catch (cause) {
          // This runs in a callback: no other code would catch it.
          answerError(req, res, 'internal_error', { cause });
        }
      },
      onLate: () => {
        makeLastRequest(req, res);
        answerError(req, res, 'overloaded', { message: TOO_LATE });
      },
    });
  };
}

/** The slot. */
export const turn: Slot<object, { readonly longestMs: number | false }, 'turn'> = {
  name: 'turn',
  options: [],
  isSilent: true,
  read: (_problems, _config, { relay }) => relay && { longestMs: relay.timeouts.idle },
  build: ({ longestMs }) => awaitTurn(longestMs),
};
