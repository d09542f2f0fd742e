import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AnswerStage } from './answer-stage.ts';
import { BodyNotes } from './body-notes.ts';
import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine/engine.ts';
import { ERRORS, type ErrorReason, GatewayError } from './errors.ts';
import { ContextView, type GatewayContext } from './gateway-context.ts';
import type { HeaderEdits } from './header-edits.ts';
import { type ClientAddress, clientAddress } from './http/client-address.ts';
import { causeOf } from './lib/function-failure.ts';
import { notAwaited } from './lib/not-awaited.ts';
import type { EventSink } from './mcp/events/event-sink.ts';
import type { ClientInfo } from './mcp/message/client-info.ts';
import type { McpBody } from './mcp/message/message.ts';
import { sessionIdIn } from './mcp/session-id.ts';
import type { EndReason, Observation, RunningConfig } from './observation.ts';
import type { Principal } from './principal.ts';
import type { Target, TemplateValues } from './targets/target.ts';

/**
 * Told of every failure that the gateway answers for. It never changes the answer, and an error it
 * throws is dropped.
 */
export type ErrorListener<Req extends IncomingMessage = IncomingMessage> = (
  error: GatewayError,
  ctx: GatewayContext<Req>,
) => void;

/** The gateway's own listener for the same failures. `failure`: the cause, or a `FunctionFailure`. */
export type FailureListener = (row: FailedRow, failure: unknown) => void;

/** A row of the error table: the reason, and the status, which says how grave the failure is. */
export type FailedRow = Pick<GatewayError, 'reason' | 'status'>;

/** A request that is on its way upstream, and its answer. */
export interface RelayedExchange {
  /** Where it goes. */
  readonly target: Target;
  /** Takes the request back. */
  readonly abandon: () => void;
  /** Whether its answer has come, and is an event stream. */
  readonly isEventStream: boolean;
  /** Ends an event stream as soon as no event is under way; does nothing to any other answer. */
  endBetweenEvents(why: EndReason): void;
  /** The event stream of its answer, while it may take events of the gateway's own. */
  readonly events: EventSink | undefined;
}

/** What a request of the older transport (MCP 2024-11-05) is. */
export type LegacyLeg =
  | { readonly leg: 'stream' }
  | {
      readonly leg: 'message';
      /** The session that the query names. */
      readonly session: string | undefined;
      readonly answer?: AnswerOnStream;
    };

/**
 * Answers a message with `error` on the event stream of its session; false where it cannot. Without `error`,
 * it only says whether there is such a stream.
 */
export type AnswerOnStream = (context: RequestContext, error?: string) => boolean;

/** The principal that was let in, and what let it in. */
export interface Identity {
  readonly principal: Principal;
  /** The name of the authenticator that accepted. */
  readonly source: string | undefined;
  /** Whether it was the token in `Authorization` that was accepted. */
  readonly isByBearer: boolean;
}

/** The session that a request belongs to, once it has been let in. */
export interface EnteredSession {
  /** The id of the target where it lives; undefined where there is one target alone. */
  readonly home: string | undefined;
  /** The client that began it; undefined where the request that began it was not observed. */
  readonly client: ClientInfo | undefined;
  /** Called where the session does not exist any more, because its target does not. Never rejects. */
  forget(): Promise<void>;
}

/** Where a request goes, of several targets. */
export interface TargetLease {
  readonly target: Target;
  /** Whether the session of the request does not exist any more if no connection comes about. */
  readonly isGoneUnreached: boolean;
  /** Sends the request there. */
  send(request: UpstreamRequest, listener: UpstreamListener): UpstreamExchange;
  /** Chooses another target for a request that has not reached this one; false where there is none. */
  moveOn(): boolean;
}

/** What the parts of one request's chain leave for each other. */
export class RequestContext implements GatewayContext {
  readonly req: IncomingMessage;
  /** Written by the gateway, or `mcpProxy`. Read by {@link report}. */
  onError: ErrorListener | undefined;
  /** Written by the gateway, or `mcpProxy`, to count failures and to warn. Read by {@link report}. */
  onFailure: FailureListener | undefined;
  /** Written by the gateway. Read by `draining`, and for records. */
  running: RunningConfig | undefined;
  /** Written by `observe`. Read by every part that has something to report. */
  observation: Observation | undefined;
  /** Written by the routes of the older transport. Read by refusals, `streams`, `message`, `draining`. */
  legacy: LegacyLeg | undefined;
  /**
   * Written by `target` and `auth`: the values for the names in the target, encoded. Read by the relay,
   * `sessions`.
   */
  params: TemplateValues | undefined;
  /**
   * Written by `auth`; for a described request that names its principal, written in front of all slots. Read
   * by sessions, limits, policies and callbacks, for the most part as `principal`.
   */
  identity: Identity | undefined;
  /** Written by `message`, once it has checked the body. Read by the slots that decide about messages. */
  mcp: McpBody | undefined;
  /** Written by `timeout`: the time that replaces `timeout.response`, in milliseconds. Read by the relay. */
  responseTimeout: number | false | undefined;
  /** Written by `sessions`. Read by `balance`, because a session stays where it began. */
  session: EnteredSession | undefined;
  /** Written by `balance`. Read by the relay and `sessions`, and to find the open requests of a target. */
  lease: TargetLease | undefined;
  /** Written by the relay, as long as the request is on its way upstream. Read by refusals, `draining`. */
  exchange: RelayedExchange | undefined;
  /** Private, because it holds secrets: a logger that is given a context must not find them. */
  #headerEdits: readonly HeaderEdits[] = [];
  #stages: AnswerStage[] | undefined;
  #body: BodyNotes | undefined;
  #view: ContextView | undefined;
  #address: ClientAddress | undefined;

  constructor(req: IncomingMessage) {
    this.req = req;
  }

  /** Added by slots and `injectHeaders`, in the order in which they ran; read by the relay. */
  get headerEdits(): readonly HeaderEdits[] {
    return this.#headerEdits;
  }

  /** What the slots do to the answer, from the first to the last; read by the relay. */
  get stages(): readonly AnswerStage[] {
    return this.#stages ?? [];
  }

  /** Called by the relay once the answer goes out: no stage is needed any more. */
  forgetStages(): void {
    this.#stages = undefined;
  }

  /** Called by slots as the request passes them. A stage that is there already is not added again. */
  addStage(stage: AnswerStage): void {
    this.#stages ??= [];
    if (!this.#stages.includes(stage)) this.#stages.push(stage);
  }

  addHeaderEdits(edits: HeaderEdits): void {
    const last = this.#headerEdits.at(-1);
    const at = last?.prevails && !edits.prevails ? -1 : this.#headerEdits.length;
    this.#headerEdits = this.#headerEdits.toSpliced(at, 0, edits);
  }

  /** What is known of the body, and what bounds it. */
  get body(): BodyNotes {
    this.#body ??= new BodyNotes();
    return this.#body;
  }

  /** What observers and `onError` see of the request: the same object for all that happens to it. */
  get view(): GatewayContext {
    this.#view ??= new ContextView(this);
    return this.#view;
  }

  get principal(): Principal | undefined {
    return this.identity?.principal;
  }

  get principalSource(): string | undefined {
    return this.identity?.source;
  }

  get ip(): string {
    this.#address = clientAddress(this.req, this.#address);
    return this.#address.ip;
  }

  /** The session that the request says it belongs to. */
  get sessionId(): string | undefined {
    if (this.legacy?.leg === 'message') return this.legacy.session;
    return sessionIdIn(this.req.headers);
  }

  get headers(): IncomingHttpHeaders {
    return this.req.headers;
  }

  /**
   * Tells `onFailure` and `onError` of a failure.
   *
   * @param failure - Its cause, or a `FunctionFailure`.
   */
  report(reason: ErrorReason, failure?: unknown): void {
    this.onFailure?.({ reason, status: ERRORS[reason].status }, failure);
    if (this.onError === undefined) return;
    const error = new GatewayError(reason, causeOf(failure));
    // The listener is only told: the request does not fail where the listener throws or rejects.
    try {
      notAwaited(this.onError(error, this.view));
    } catch (failure) {
      notAwaited(failure, 0);
    }
  }
}

/**
 * The request carries its context itself. A WeakMap would need no property, but every garbage collection
 * visits its entries: that cost more than everything else here together.
 */
const CONTEXT: unique symbol = Symbol('express-mcp-gateway');

/** The context of a request; made at the first call. */
export function contextOf(req: IncomingMessage & { [CONTEXT]?: RequestContext }): RequestContext {
  req[CONTEXT] ??= new RequestContext(req);
  return req[CONTEXT];
}
