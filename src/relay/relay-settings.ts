import type { IncomingMessage } from 'node:http';
import type { ViaHop } from '../http/via-hop.ts';
import type { Target } from '../targets/target.ts';
import type { AnswerBodySettings } from './answer/body-settings.ts';
import type { CreateHold } from './request/keep-body.ts';

/** What is the same for every request of one gateway. */
export interface RelaySettings extends AnswerBodySettings {
  /** Where requests go. */
  readonly target: Target;
  /** The gateway as the upstream sees it in `Via`. */
  readonly hop: ViaHop;
  /** Whether the upstream is a handler in this process: it speaks for the app, being a part of it. */
  readonly isInProcess: boolean;
  /**
   * Path and query of a request at a target, where they are not the target's own; undefined where the query
   * of the request cannot be sent on.
   */
  readonly pathAt?: (target: Target, req: IncomingMessage) => string | undefined;
  /** Makes what counts the bytes that are kept for a redirect; undefined where redirects are not followed. */
  readonly createHold?: CreateHold | undefined;
}
