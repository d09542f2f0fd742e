import type { IncomingMessage } from 'node:http';
import type { ViaHop } from '../http/via-hop.ts';
import type { Target } from '../targets/target.ts';
import type { AnswerBodySettings } from './answer/body-settings.ts';
import type { CreateHold } from './request/keep-body.ts';

/** What is the same for every request of one gateway. */
export interface RelaySettings extends AnswerBodySettings {
  /** Where requests go. */
  readonly target: Target;
  /** The gateway as the upstream is told of it. */
  readonly hop: ViaHop;
  /** Whether the upstream is a handler in this process: it speaks for the app, being a part of it. */
  readonly isInProcess: boolean;
  /**
   * Where a request goes at the target's host, path and query, where that is not its own; undefined where
   * the query of the request cannot be sent on.
   */
  readonly pathAt?: (target: Target, req: IncomingMessage) => string | undefined;
  /** Where redirects are followed: makes what counts the bytes that are kept for that. */
  readonly createHold?: CreateHold | undefined;
}
