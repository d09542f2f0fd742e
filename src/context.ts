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

/** The gateway's own listener, told of the same. `failure`: the cause, or a `FunctionFailure`. */
export type FailureListener = (row: FailedRow, failure: unknown) => void;

/** A row of the error table, as far as it says how grave it is. */
export type FailedRow = Pick<GatewayError, 'reason' | 'status'>;

/** A request that is on its way upstream, and its answer. */
export interface RelayedExchange {
  /** Where it goes. */
  readonly target: Target;
  /** Takes it back. */
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
      /** The one in the query. */
      readonly session: string | undefined;
      readonly answer?: AnswerOnStream;
    };

/** Answers a message with an error, if any, on the stream of its session; false where it cannot. */
export type AnswerOnStream = (context: RequestContext, error?: string) => boolean;

/** Who was let in, and by what. */
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
  /** The client that began it; undefined where nobody observed that. */
  readonly client: ClientInfo | undefined;
  /** Called where it does not exist any more, because its home does not. Never rejects. */
  forget(): Promise<void>;
}

/** Where a request goes, of several targets. */
export interface TargetLease {
  readonly target: Target;
  /** Whether the session of the request does not exist any more if no connection comes about. */
  readonly isGoneUnreached: boolean;
  /** Sends it there. */
  send(request: UpstreamRequest, listener: UpstreamListener): UpstreamExchange;
  /** Chooses another target for a request that has not reached this one; false where there is none. */
  moveOn(): boolean;
}

/** What the parts of one request's chain leave for each other. */
export class RequestContext implements GatewayContext {
  readonly req: IncomingMessage;
  /** Written by the gateway, or `mcpProxy`. Read by {@link report}. */
  onError: ErrorListener | undefined;
  /** Written by them, to count and to warn. Read by {@link report}. */
  onFailure: FailureListener | undefined;
  /** Written by the gateway. Read by `draining`, and for records. */
  running: RunningConfig | undefined;
  /** Written by `observe`. Read by all who have something to tell. */
  observation: Observation | undefined;
  /** Written by the routes of the older transport. Read by refusals, `streams`, `message`, `draining`. */
  legacy: LegacyLeg | undefined;
  /** Written by `target` and `auth`: what stands for the names in the target, encoded. Read by the relay, `sessions`. */
  params: TemplateValues | undefined;
  /** Written by `auth`; in front, where a request is only described. Read by sessions, limits, policies and callbacks, for the most part as `principal`. */
  identity: Identity | undefined;
  /** Written by `message`, once the body is found to be what it seems. Read by what decides on messages. */
  mcp: McpBody | undefined;
  /** Written by `timeout`: what holds in place of `timeout.response`, in milliseconds. Read by the relay. */
  responseTimeout: number | false | undefined;
  /** Written by `sessions`. Read by `balance`, because a session stays where it began. */
  session: EnteredSession | undefined;
  /** Written by `balance`. Read by the relay, by `sessions` and whoever is told where a request went. */
  lease: TargetLease | undefined;
  /** Written by the relay, as long as the request is on its way upstream. Read by refusals, `draining`. */
  exchange: RelayedExchange | undefined;
  /** Out of sight of whoever writes a context into a log: secrets are in them. */
  #headerEdits: readonly HeaderEdits[] = [];
  #stages: AnswerStage[] | undefined;
  #body: BodyNotes | undefined;
  #view: ContextView | undefined;
  #address: ClientAddress | undefined;

  constructor(req: IncomingMessage) {
    this.req = req;
  }

  /** Added by `injectHeaders`, in the order they ran; read by the relay. */
  get headerEdits(): readonly HeaderEdits[] {
    return this.#headerEdits;
  }

  /** What the slots do to the answer, from the first to the last; read by the relay. */
  get stages(): readonly AnswerStage[] {
    return this.#stages ?? [];
  }

  /** By the relay, once the answer goes out: all stages have had their say. */
  forgetStages(): void {
    this.#stages = undefined;
  }

  /** Added by slots as the request passes them; one that is there already is not added again. */
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

  /** What observers and `onError` see of it: the same object for all that happens to the request. */
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

  /** The session that the request belongs to, as it says. */
  get sessionId(): string | undefined {
    if (this.legacy?.leg === 'message') return this.legacy.session;
    return sessionIdIn(this.req.headers);
  }

  get headers(): IncomingHttpHeaders {
    return this.req.headers;
  }

  /**
   * Tells of a failure, whatever `onError` makes of it.
   *
   * @param failure - Its cause, or a `FunctionFailure`.
   */
  report(reason: ErrorReason, failure?: unknown): void {
    this.onFailure?.({ reason, status: ERRORS[reason].status }, failure);
    if (this.onError === undefined) return;
    const error = new GatewayError(reason, causeOf(failure));
    // Told, not asked: a listener's failure is not the request's, however it fails.
    try {
      notAwaited(this.onError(error, this.view));
    } catch (failure) {
      notAwaited(failure, 0);
    }
  }
}

/**
 * The request carries its context itself. A WeakMap would do without a property, but every garbage
 * collection visits its entries, which cost more than all else here together.
 */
const CONTEXT: unique symbol = Symbol('express-mcp-gateway');

/** The context of a request; made at the first call. */
export function contextOf(req: IncomingMessage & { [CONTEXT]?: RequestContext }): RequestContext {
  req[CONTEXT] ??= new RequestContext(req);
  return req[CONTEXT];
}
