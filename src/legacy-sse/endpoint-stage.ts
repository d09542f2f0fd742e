import type { IncomingMessage } from 'node:http';
import type { AnswerProblem, AnswerStage } from '../answer-stage.ts';
import type { BodyEditor } from '../body-editor.ts';
import type { UpstreamAnswer } from '../engine/upstream-answer.ts';
import { EndpointEvent, type ReplaceUrl } from './endpoint-event.ts';

/** Replaces the URL that an event stream of the 2024-11-05 transport names. */
export class EndpointStage implements AnswerStage {
  readonly #replace: ReplaceUrl;

  constructor(replace: ReplaceUrl) {
    this.#replace = replace;
  }

  judge(_req: IncomingMessage, answer: UpstreamAnswer): AnswerProblem | undefined {
    if (!answer.isEventStream || answer.isOpenEnded) return undefined;
    const cause = new Error(
      'The upstream answered with an event stream that has a Content-Length or a Content-Encoding: ' +
        'the endpoint that it names cannot be replaced',
    );
    return { reason: 'upstream_invalid', cause };
  }

  editor(_req: IncomingMessage, { isEventStream }: UpstreamAnswer): BodyEditor | undefined {
    return isEventStream ? new EndpointEvent(this.#replace) : undefined;
  }
}
