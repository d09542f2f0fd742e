import type { GatewayContext } from '../../gateway-context.ts';
import type { SendingRequest } from '../../observation.ts';
import type { ObservedTargets } from '../../targets/target-changes.ts';
import type { ObservedMessage, Observer, RequestRecord, SlotDecision } from './observer.ts';

/**
 * The key under which an observer of this package makes a {@link Follower} for each request. It is not
 * for apps, which could delay requests by it, and change their headers.
 */
export const FOLLOW: unique symbol = Symbol('express-mcp-gateway.follow');

/** The key under which an observer of this package is told of the gateways that it observes. */
export const ATTACH: unique symbol = Symbol('express-mcp-gateway.attach');

/** An observer that is told more than others. */
export interface FollowingObserver extends Observer {
  /** A gateway of this name is built; perhaps not for the first time. */
  [ATTACH]?(gateway: string, targets: ObservedTargets): void;
  /** @param gateway - The gateway's name. */
  [FOLLOW]?(ctx: GatewayContext, gateway: string): Follower;
}

/** A message, with what only followers are told. */
export interface FollowedMessage extends ObservedMessage {
  /** The id of a request, as a text. */
  readonly id: string | undefined;
  /** The members of `params._meta`, as the client sent them. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
}

/** A request that goes upstream. */
export interface Sending extends SendingRequest {
  /** Its messages; none where they are not known, or there are none. */
  readonly messages: readonly FollowedMessage[];
  /** Whether its body has been read; else the messages are what the headers claim. */
  readonly isRead: boolean;
}

/** The head of an answer. */
export interface AnswerBegun {
  readonly status: number;
  /** Milliseconds from the arrival of the request. */
  readonly headMs: number;
  readonly isEventStream: boolean;
  /** The session as a hash, as records have it. */
  readonly session: string | undefined;
}

/** Is told what becomes of one request. What it throws is reported, and changes nothing. */
export interface Follower {
  /** Whether it has to know the messages before they are sent: a body is held back for that. */
  readonly needsMessages?: boolean;
  /** A slot has refused it, or would have. */
  onDenied?(decision: SlotDecision): void;
  /** The first event of its answer is written whole. `ms`: from the arrival of the request. */
  onFirstEvent?(ms: number): void;
  /**
   * The request goes upstream. The follower calls `send` at once, in the context that is to be active
   * meanwhile. Called once more where the request could not reach the target before.
   */
  onSending?(sending: Sending, send: () => void): void;
  /**
   * The head of its answer is written. `messages` gives them as they are known now, to a follower that needs
   * them.
   */
  onHead?(head: AnswerBegun, messages: () => readonly FollowedMessage[]): void;
  /** It is over. `messages` gives more of them than the record has, to a follower that needs it. */
  onClose?(record: RequestRecord, messages: () => readonly FollowedMessage[]): void;
}
