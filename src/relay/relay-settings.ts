import type { IncomingMessage } from 'node:http';
import type { AnswerBodySettings, StreamOpening } from './answer-body.ts';
import type { Engine } from './engine.ts';

/** What is the same for every request of one gateway. */
export interface RelaySettings extends AnswerBodySettings {
  readonly engine: Engine;
  readonly relayCors: boolean;
  /** Where a request goes at the target's host; undefined where its query cannot be sent on. */
  readonly pathOf?: (req: IncomingMessage) => string | undefined;
  /** What clients are told in `WWW-Authenticate` instead of what the upstream says. */
  readonly rewriteChallenge?: ((challenge: string) => string) | undefined;
  /** What an event stream has to begin with. */
  readonly openingOf?: (req: IncomingMessage) => StreamOpening;
}
