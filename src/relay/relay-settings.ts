import type { IncomingMessage } from 'node:http';
import type { Engine } from '../engine/engine.ts';
import type { ViaHop } from '../http/via-hop.ts';
import type { AnswerBodySettings } from './answer/body.ts';

/** What is the same for every request of one gateway. */
export interface RelaySettings extends AnswerBodySettings {
  readonly engine: Engine;
  /** Where the engine sends requests. */
  readonly target: URL;
  /** The gateway as the upstream is told of it. */
  readonly hop: ViaHop;
  /** Whether the upstream is a handler in this process: it speaks for the app, being a part of it. */
  readonly isInProcess: boolean;
  /** Where a request goes at the target's host; undefined where its query cannot be sent on. */
  readonly pathOf?: (req: IncomingMessage) => string | undefined;
}
