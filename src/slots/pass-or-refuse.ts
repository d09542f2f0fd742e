import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { Next } from '../http/middleware.ts';
import type { NowOrLater } from '../lib/now-or-later.ts';

/**
 * Lets a request pass unless `decide` gives a refusal; at once where the decision is no promise. A refusal
 * waits until Node has parsed what came together with the head, because the answer carries the id of a
 * message in it. If `decide`, `refuse` or what follows throws or rejects, the answer is a 500.
 *
 * @param decide - Gives undefined for a request that passes.
 */
export function passOrRefuse<Refusal>(
  req: IncomingMessage,
  res: ServerResponse,
  next: Next,
  decide: () => NowOrLater<Refusal | undefined>,
  refuse: (refusal: Refusal) => void,
): void {
  let decision: NowOrLater<Refusal | undefined>;
  try {
    decision = decide();
    if (decision === undefined) {
      next();
      return;
    }
  } catch (cause) {
    decision = Promise.reject(cause);
  }
  Promise.resolve(decision)
    .then((refusal) => {
      if (refusal === undefined) next();
      else refuse(refusal);
    })
    .catch((cause) => answerError(req, res, 'internal_error', { cause }));
}
