import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { UpstreamAnswer } from './engine/upstream-answer.ts';
import type { ErrorReason, GatewayError } from './errors.ts';
import { clientAddress } from './http/client-address.ts';
import { notAwaited } from './lib/not-awaited.ts';
import type { BodyOnItsWay, McpBody, McpMessage } from './mcp/message/message.ts';
import { sessionIdIn } from './mcp/session-id.ts';
import type { Principal } from './principal.ts';
import type { SlotName } from './slot-name.ts';

/** What the gateway knows of a request, as callbacks see it. */
export interface GatewayContext {
  /** The request itself. Reading its body here takes it from the upstream. */
  readonly req: IncomingMessage;
  /** The client's address; `trust proxy` decides about forwarded headers. */
  readonly ip: string;
  /** The request's headers as Node gives them, by lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** Who it comes from, once an authenticator has found out. */
  readonly principal: Principal | undefined;
}

/** A field for the upstream; `folded` is the form in which all spellings of its name meet. */
export type SetField = readonly [name: string, value: string, folded: string];

/** Changes to the headers of one request and of its answer, decided and validated. */
export interface HeaderEdits {
  /** Whether the client's field goes upstream although it is not a standard one. */
  readonly forwards: (lowerCaseName: string) => boolean;
  /** Folded names of which no client copy goes upstream: those set here, and those removed. */
  readonly withheld: ReadonlySet<string>;
  /** Fields that go upstream, last of all. */
  readonly set: readonly SetField[];
  /** Values that no field of the answer may contain, with the names they go upstream under. */
  readonly secrets: readonly { readonly name: string; readonly value: string }[];
  /** Called when a field of an answer was dropped for holding the secret of that name. */
  readonly onSecret?: (name: string, field: string) => void;
  /**
   * Whether the client's credentials end here, or are replaced: what the upstream says of credentials
   * is about the gateway's own then.
   */
  readonly ownsCredentials?: boolean;
  /** Called when the upstream has answered 401, before the client is answered; may not throw. */
  readonly onUnauthorized?: (() => void) | undefined;
  readonly response: {
    readonly set: readonly (readonly [name: string, value: string])[];
    /** Folded names. */
    readonly remove: ReadonlySet<string>;
    /** Folded names of fields that speak for the app's origin, and come back all the same. */
    readonly forward?: ReadonlySet<string>;
  };
}

/**
 * Told of every failure that the gateway answers for. It never changes the answer, and an error it
 * throws is dropped.
 */
export type ErrorListener = (error: GatewayError, ctx: GatewayContext) => void;

/** Who refused a request, and why, as far as the error table does not say. */
export interface Refusal {
  /** The slot, where it is not the one that the request is in. */
  readonly slot?: SlotName | undefined;
  readonly policy?: string | undefined;
  /** What the policy gave as its reason. */
  readonly detail?: string | undefined;
}

/** What the parts of a request's chain tell whoever observes it. */
export interface Observation {
  /** The request has come to a slot. */
  entered(slot: SlotName): void;
  /** The slot has let it pass. */
  passed(slot: SlotName): void;
  /** It was refused: by the slot it is in, unless another is named. */
  refused(reason: ErrorReason, by?: Refusal): void;
  /** A policy in shadow mode would have refused it. */
  shadowed(by: Refusal): void;
  /** The answer is the upstream's. */
  relayed(): void;
  /** Bytes of its body went upstream. */
  received(bytes: Uint8Array): void;
  /** Its answer was ended before it was whole. */
  ended(reason: ErrorReason | 'client_stalled' | 'token_expired'): void;
}

/** Why an answer of the upstream is not passed on; undefined where it is. */
export type AnswerJudgement =
  | { readonly reason: ErrorReason; readonly cause?: unknown }
  | undefined;

/** Decides what a caller may see in the lists that a server gives. */
export interface ListFilter {
  /** The methods of the lists that the request asks for; empty where the answer may hold any. */
  readonly methods: ReadonlySet<string>;
  /** The source text of the id, where one list is asked for by itself. */
  readonly idText: string | undefined;
  /** Told why an answer could not be filtered. */
  report(cause: unknown): void;
  /** Whether the caller would be let through with this method and this name. */
  allows(method: string, name: string): Promise<boolean>;
}

/** Sees to it that the sessions of a request are their owner's. */
export interface SessionKeeper {
  /** Asked about the head of an answer before the client gets it; undefined where it may have it. */
  judge(answer: UpstreamAnswer): Promise<AnswerJudgement> | undefined;
  /**
   * Makes the session of an event stream of the older transport that of the request's principal;
   * rejects where it is somebody else's.
   */
  claimForStream(sessionId: string): Promise<void>;
}

/** Bounds what is held of the bodies of requests at once. */
export interface BodyBudget {
  /** Whether a caller may hold so many bytes more; if so, they are counted. */
  take(caller: string, bytes: number): boolean;
  /** They are not held any more. */
  give(caller: string, bytes: number): void;
}

/** What is counted of one request's body. */
export interface BodyHold {
  /** Whether so many bytes may be held in all; if so, they are counted until they are released. */
  hold(bytes: number): boolean;
  /** None is held any more, and none will be. */
  release(): void;
}

const NO_BUDGETS: readonly BodyBudget[] = [];

/** What the parts of one request's chain leave for each other. */
export class RequestContext implements GatewayContext {
  readonly req: IncomingMessage;
  /** Set where the chain begins, as is the next, if anybody observes. */
  onError: ErrorListener | undefined;
  observation: Observation | undefined;
  /** Set where messages of the older transport (MCP 2024-11-05) come in: the session is in the query. */
  legacyMessage: { readonly session: string | undefined } | undefined;
  /** Set besides, until one goes upstream: answers it with an error, if any, on the stream of its session. */
  answerOnStream: ((context: RequestContext, error?: string) => boolean) | undefined;
  /** Set while such a stream is relayed: puts an event into it; false where that is not possible. */
  sendEvent: ((event: Buffer) => boolean) | undefined;
  /** Set by `requireAuth`. */
  principal: Principal | undefined;
  /** Set with it: the name of the authenticator that accepted. */
  principalSource: string | undefined;
  /** Set with it: whether it was the token in `Authorization` that was accepted. */
  isBearerAccepted = false;
  /** Set with it: when its credentials expire, in milliseconds since the epoch. */
  expiresAt: number | undefined;
  /** Set by `ownSessions`. */
  sessionKeeper: SessionKeeper | undefined;
  /** Added to by `bodyLimit`; asked by whoever holds the body. */
  bodyBudgets: readonly BodyBudget[] = NO_BUDGETS;
  /** Set by `bodyLimit`: how long the body is at most. */
  largestBody: number = Number.POSITIVE_INFINITY;
  /** Set by the first who holds the body. */
  bodyHold: BodyHold | undefined;
  /** Set once the body has been read and found to be what it seems. */
  mcp: McpBody | undefined;
  /** Set by whoever takes the body of a POST that nobody judged, while an error may answer it: for its id. */
  bodyEnds: BodyOnItsWay | undefined;
  /** Set by `filterLists`, where the answer may hold a list: the relay cuts from it what is hidden. */
  listFilter: ListFilter | undefined;
  /** Set by the relay while a request is on its way upstream: takes it back. */
  abandon: (() => void) | undefined;
  /** Set by the relay as well: asks it to end an event stream, at the last call any of them. */
  windDown: ((isLastCall: boolean) => void) | undefined;
  /** Whether the gateway is closing meanwhile. */
  isDraining = false;
  /** Out of sight of whoever writes a context into a log: secrets are in them. */
  #headerEdits: readonly HeaderEdits[] = [];

  constructor(req: IncomingMessage) {
    this.req = req;
  }

  /** Added by `injectHeaders`, in the order they ran; read by the relay. */
  get headerEdits(): readonly HeaderEdits[] {
    return this.#headerEdits;
  }

  addHeaderEdits(edits: HeaderEdits): void {
    this.#headerEdits = [...this.#headerEdits, edits];
  }

  get ip(): string {
    return clientAddress(this.req);
  }

  /** The session that the request belongs to, as it says. */
  get sessionId(): string | undefined {
    if (this.legacyMessage !== undefined) return this.legacyMessage.session;
    return sessionIdIn(this.req.headers);
  }

  get headers(): IncomingHttpHeaders {
    return this.req.headers;
  }

  /** Tells `onError`, whatever it makes of it. */
  report(error: GatewayError): void {
    // Told, not asked: a listener's failure is not the request's, however it fails.
    try {
      notAwaited(this.onError?.(error, this));
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

/** Who a request comes from; undefined where nothing in the chain has asked. */
export function principalOf(req: IncomingMessage): Principal | undefined {
  return contextOf(req).principal;
}

/** What a POST asks for, as its body says. */
export interface McpRequest extends Partial<Omit<McpMessage, 'era'>> {
  /** Every message of a batch; undefined for a single one. */
  readonly batch: readonly McpMessage[] | undefined;
}

/**
 * The message of a request, where something in the chain has read it: a policy, or a limit that
 * depends on it. Of a batch only `batch` is defined; of a response nothing is.
 */
export function mcpOf(req: IncomingMessage): McpRequest | undefined {
  const { mcp } = contextOf(req);
  if (mcp === undefined) return undefined;
  if (mcp.isBatch) return { batch: mcp.messages };
  return { ...mcp.messages[0], batch: undefined };
}
