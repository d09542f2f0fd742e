import type { IncomingMessage } from 'node:http';
import type { AnswerEnd, AnswerStage } from '../../answer-stage.ts';
import { contextOf } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { mayStayOpen } from '../standing-stream.ts';

/** Ends a stream when the credentials that opened it expire: the client comes back with others. */
export class EndOfCredentials implements AnswerStage {
  /** In milliseconds since the epoch. */
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  endsAt(req: IncomingMessage, { isEventStream }: UpstreamAnswer): AnswerEnd | undefined {
    if (!isEventStream || !mayStayOpen(contextOf(req))) return undefined;
    return { at: this.#at, why: 'token_expired', reason: 'unauthorized' };
  }
}
