import type { OutgoingHttpHeaders } from 'node:http';
import type { ErrorReason } from './errors.ts';
import type { ClientInfo } from './mcp/message/client-info.ts';
import type { SlotName } from './slot-name.ts';
import type { Target } from './targets/target.ts';

/** Who refused a request, and why, as far as the error table does not say. */
export interface Refusal {
  /** The slot, where it is not the one that the request is in. */
  readonly slot?: SlotName | undefined;
  readonly policy?: string | undefined;
  /** What the policy gave as its reason, or why the upstream failed. */
  readonly detail?: string | undefined;
}

/** Why an answer was ended before it was whole. */
export type EndReason = ErrorReason | 'client_stalled' | 'token_expired' | 'updated';

/**
 * The detail of a refusal where the request has no credentials at all: a login begins with such a request.
 */
export const NO_CREDENTIALS = 'no credentials';

/** The call of a tool, as a body says it. */
export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A request that is ready to go upstream. */
export interface SendingRequest {
  readonly target: Target;
  /** The headers it goes with, which may be changed. */
  readonly headers: OutgoingHttpHeaders;
  /** Whether the app has decided what goes upstream under a lower-case name. */
  isDecided(name: string): boolean;
}

/** What observers do around a request that goes upstream. */
export interface FollowedSending {
  /**
   * Bounds of a body that is read before it is sent: its length, and the time that it may take to come.
   * Undefined where no body has to be read.
   */
  readonly peekBounds: { readonly bytes: number; readonly ms: number } | undefined;
  /**
   * Takes the body; undefined where it is beyond the bounds. Called only where no slot has judged the body.
   */
  peeked(body: Uint8Array | undefined): void;
  /** Calls `send`, at once and once. Called again where the request goes to another target. */
  sending(request: SendingRequest, send: () => void): void;
}

/** The configuration of a gateway under which requests came. */
export interface RunningConfig {
  /** The hash of its options. */
  readonly config: string;
  /** How many configurations the gateway had before it. */
  readonly number: number;
}

/** What the slots and the relay tell the observers of a request. */
export interface Observation {
  /** Undefined where the observers only want to be told. */
  readonly followed: FollowedSending | undefined;
  /** The client, as far as the request itself says it. */
  readonly client: ClientInfo | undefined;
  /** The tools that it calls; none unless an observer has asked for their arguments. */
  readonly toolCalls: readonly ToolCall[];
  /** Whether any observer is told of decisions. */
  readonly hearsDecisions: boolean;
  /** The request has come to a slot. */
  entered(slot: SlotName): void;
  /** The slot has let it pass. */
  passed(slot: SlotName): void;
  /** It was refused: by the slot it is in, unless another is named. */
  refused(reason: ErrorReason, by?: Refusal): void;
  /**
   * For a request that is only described: the slot has not decided all that it would, and `detail` says why.
   */
  unasked?(detail: string): void;
  /** A policy in shadow mode would have refused it. */
  shadowed(by: Refusal): void;
  /** A policy tells of something that refuses nothing. */
  reported(by: Refusal): void;
  /** It is on its way to this target. */
  sentTo(target: Target): void;
  /** The upstream's answer has begun. */
  answered(): void;
  /** The answer is the upstream's. */
  relayed(): void;
  /** Bytes of its body went upstream. */
  received(bytes: Uint8Array): void;
  /** Its answer was ended before it was whole. */
  ended(reason: EndReason, by?: Refusal): void;
}
