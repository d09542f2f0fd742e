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

/** What is told of a refusal of whom has brought no credentials at all: a login begins like that. */
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

/** What is done around a request that goes upstream, where an observer asks for that. */
export interface FollowedSending {
  /**
   * How long a body may be, and may take to come, that is to be looked into before it is sent; undefined
   * where none has to be.
   */
  readonly peekBounds: { readonly bytes: number; readonly ms: number } | undefined;
  /** What the body is; undefined where it is beyond the bounds. Called where nobody has judged it. */
  peeked(body: Uint8Array | undefined): void;
  /** Calls `send`, at once and once. Called again where the request goes to another target. */
  sending(request: SendingRequest, send: () => void): void;
}

/** The configuration of a gateway under which requests came. */
export interface RunningConfig {
  /** What it is known by. */
  readonly config: string;
  /** How many there were before it. */
  readonly number: number;
}

/** What the parts of a request's chain tell whoever observes it. */
export interface Observation {
  /** Undefined where nobody asks for more than to be told. */
  readonly followed: FollowedSending | undefined;
  /** The client, as far as the request itself says it. */
  readonly client: ClientInfo | undefined;
  /** The tools that it calls; none unless an observer has asked for their arguments. */
  readonly toolCalls: readonly ToolCall[];
  /** Whether anybody is told of decisions. */
  readonly hearsDecisions: boolean;
  /** The request has come to a slot. */
  entered(slot: SlotName): void;
  /** The slot has let it pass. */
  passed(slot: SlotName): void;
  /** It was refused: by the slot it is in, unless another is named. */
  refused(reason: ErrorReason, by?: Refusal): void;
  /** Of a request that is only described: the slot has not decided all that it would, and why. */
  unasked?(detail: string): void;
  /** A policy in shadow mode would have refused it. */
  shadowed(by: Refusal): void;
  /** A policy tells of something that refuses nothing. */
  reported(by: Refusal): void;
  /** It is on its way to this target. */
  sentTo(target: Target): void;
  /** The upstream's answer has begun, or it has failed. */
  answered(): void;
  /** The answer is the upstream's. */
  relayed(): void;
  /** Bytes of its body went upstream. */
  received(bytes: Uint8Array): void;
  /** Its answer was ended before it was whole. */
  ended(reason: EndReason, by?: Refusal): void;
}
