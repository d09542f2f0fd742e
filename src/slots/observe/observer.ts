import type { IncomingMessage } from 'node:http';
import type { ErrorReason } from '../../errors.ts';
import type { GatewayContext } from '../../gateway-context.ts';
import type { Principal } from '../../principal.ts';
import type { SlotName } from '../../slot-name.ts';
import type { TargetChange } from '../../targets/target-state.ts';

/** What a slot decided about a request. */
export interface SlotDecision {
  /** Which slot: `cors`, `bodyLimit`, `use`. */
  readonly slot: SlotName;
  /** Whether it let the request pass. */
  readonly outcome: 'allow' | 'deny';
  /** The row of the error table, where it denied. */
  readonly reason?: ErrorReason | undefined;
  /** The policy that decided, where one did. */
  readonly policy?: string | undefined;
  /** What the policy gave as its reason, cut at 256 characters. */
  readonly detail?: string | undefined;
  /**
   * `'shadow'`: it would have denied, and the request went on. `'report'`: it decided nothing, and reports
   * something in `detail`, as `toolPinning` does for a tool that has changed.
   */
  readonly mode?: 'shadow' | 'report';
}

/** A message of a request: what it asks for, without its arguments. */
export interface ObservedMessage {
  /** `tools/call`; undefined for the answer to a request of the server. */
  readonly method: string | undefined;
  /** The tool, prompt or resource it is about, where it is about one. */
  readonly name: string | undefined;
  /**
   * The outcome of a request, as the client was told. `tool_error`: a result with `isError`. Undefined for a
   * message that awaits no answer, and where the gateway saw no answer: in a body that is neither JSON nor an
   * event stream, is encoded, or is over 64 KB (of a stream, an event); on another stream, as in the older
   * transport and where a client resumes one; for two requests with the same id.
   */
  readonly outcome: 'result' | 'tool_error' | 'rpc_error' | undefined;
  /** The code of a `rpc_error`, where that is an integer. */
  readonly errorCode: number | undefined;
}

/** Who a request comes from, as far as records say it. Longer texts are cut at 256 characters. */
export interface ObservedUser {
  /** As {@link Principal} has it: the `sub` of a token, the owner of a key. */
  readonly subject: string;
  /** The issuer that says so, where there is one. */
  readonly issuer: string | undefined;
  /** The OAuth client that acts for the user, where it is known. */
  readonly clientId: string | undefined;
}

/** The client program, as it names itself. It is not verified. Longer texts are cut at 64 characters. */
export interface ObservedClient {
  /** The name that it gives itself. */
  readonly name: string;
  /** Undefined where it says none. */
  readonly version: string | undefined;
}

/**
 * Whose failure it was. `client`: the client left, read no more, or sent something that is not well-formed.
 * `upstream`: the upstream could not be used, or answered with an error, also with one of a tool. `gateway`:
 * a slot refused a well-formed request, or the gateway or something that it depends on failed.
 */
export type FailureOrigin = 'gateway' | 'upstream' | 'client';

/** Why a request was over. */
export type EndReason =
  /** Its answer went out whole, also if it was an error. */
  | 'complete'
  /** The client closed before that. */
  | 'client_left'
  /** The client took no more bytes for `timeout.idle`. */
  | 'client_stalled'
  /** The credentials that opened a stream have expired. */
  | 'token_expired'
  /** `update()` with `streams: 'end'` ended an event stream that would have stayed open. */
  | 'updated'
  /** The gateway ended the answer early: its reason in the error table. */
  | ErrorReason;

/**
 * Everything that is known of a request when it is over. It holds no header, no query string and no argument,
 * so that it may be kept. `docs/reference/record.md`, which is in the package, has each field.
 */
export interface RequestRecord {
  /** The gateway, by its option `name`; by its `path`, where it has none. */
  readonly gateway: string;
  /** The configuration under which it came, as `stats().config` names it. */
  readonly config: string;
  /**
   * The id of the request: the client's `X-Request-Id` if that is 1 to 128 visible ASCII characters; else an
   * id that the gateway makes up.
   */
  readonly requestId: string;
  /** The HTTP method. */
  readonly method: string;
  /** The path the client asked for, without the query, cut at 256 characters. */
  readonly path: string;
  /** The client's address, as {@link GatewayContext} has it. */
  readonly ip: string;
  /**
   * The user that the request comes from; undefined where no authenticator was asked, or none found it out.
   * The user's claims are not here.
   */
  readonly user: ObservedUser | undefined;
  /**
   * The program that sent it: `clientInfo` in `_meta` (from revision 2026-07-28 on) or of `initialize`. For
   * requests after an `initialize`, where `sessions` are on: the client that began the session. Undefined
   * where a body was over 64 KB, and in the older transport for all but `initialize`.
   */
  readonly client: ObservedClient | undefined;
  /**
   * Its messages, at most 16: as the body says, or where that was not read (refused before, over
   * 64 KB), as `Mcp-Method` and `Mcp-Name` claim.
   */
  readonly messages: readonly ObservedMessage[];
  /** `MCP-Protocol-Version`, where the client sent it. */
  readonly protocolVersion: string | undefined;
  /**
   * The session as a hash: it is the same for every request of a session, and gives no access to the session.
   */
  readonly session: string | undefined;
  /** The slot that answered the request, or in which it was when the client left. */
  readonly slot: SlotName;
  /** The result in that slot; undefined where the client left before. */
  readonly reason: 'relayed' | 'answered' | ErrorReason | undefined;
  /** The policy that refused it. */
  readonly policy: string | undefined;
  /**
   * The reason that the policy gave, or what else is known of why it was refused. Of an upstream that
   * failed: the code of the error (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, `HPE_INVALID_CONSTANT`), which timer
   * ran out (`connect timer`, `response timer`, `idle timer`, `stream timer`), `connection lost`, `redirect to
   * https://host/path`, how many targets are in which state, or what was wrong with the answer. A
   * page in place of the first answer: `the target may have the wrong path`. Cut at 256 characters. None of
   * this is told to clients.
   */
  readonly detail: string | undefined;
  /** The policies in shadow mode that would have refused it. */
  readonly shadow: readonly string[];
  /** Where it was sent, `host:port`; undefined where it was not. A handler in this process is `localhost:80`. */
  readonly target: string | undefined;
  /** Undefined where nothing was answered. */
  readonly status: number | undefined;
  /** Why it was over. */
  readonly end: EndReason;
  /**
   * Whose failure it was; undefined where nothing has failed. If a client leaves a stream that stays open,
   * that is no failure.
   */
  readonly origin: FailureOrigin | undefined;
  /** Milliseconds from the arrival of the request to the head of its answer. */
  readonly headMs: number | undefined;
  /**
   * The upstream's part of `headMs`: milliseconds from when the request was handed over to be sent, to the
   * head of the upstream's answer or to its failure, or to the end where neither came. It includes the time
   * to open a connection, to go on to another target, and the time that the client takes for a body that no
   * slot has read. Undefined where the request was not sent.
   */
  readonly upstreamMs: number | undefined;
  /**
   * The rest of `headMs`, or of `totalMs` where nothing was answered: the time that slots, callbacks and
   * stores took, and the time that the client took for a body that a slot reads.
   */
  readonly gatewayMs: number;
  /** Milliseconds from the arrival to the end of the first event of a stream. */
  readonly firstEventMs: number | undefined;
  /** Milliseconds from the arrival to the end. */
  readonly totalMs: number;
  /** Bytes of the body that went upstream. */
  readonly bytesIn: number;
  /** Bytes of the answer's body. */
  readonly bytesOut: number;
  /** Events of an event stream; comments do not count. */
  readonly events: number;
}

/** What `update()` did. */
export interface GatewayUpdate {
  /** The configuration that is in use now, as `stats().config` names it. */
  readonly config: string;
  /**
   * The configuration before it. The name is the same where the two differ in nothing but functions, objects
   * and secrets.
   */
  readonly previous: string;
  /** What became of the event streams that were open. */
  readonly streams: 'keep' | 'end';
}

/**
 * Is told what becomes of requests. Callbacks run synchronously and change nothing: a callback that throws is
 * reported once, as a warning of the process, and is called again all the same. `ctx` is the same object for
 * all that happens to one request.
 */
export interface Observer<Req extends IncomingMessage = IncomingMessage> {
  /** A request has arrived. */
  onRequest?(ctx: GatewayContext<Req>): void;
  /** A slot has let it pass, or has refused it. */
  onDecision?(decision: SlotDecision, ctx: GatewayContext<Req>): void;
  /** The head of its answer is written. */
  onResponse?(
    head: { readonly status: number; readonly headMs: number },
    ctx: GatewayContext<Req>,
  ): void;
  /** An event of its answer is written whole: the `number`th, counted from 1. */
  onEvent?(event: { readonly number: number; readonly ms: number }, ctx: GatewayContext<Req>): void;
  /** The request is over. Called once for each request. */
  onClose?(record: RequestRecord, ctx: GatewayContext<Req>): void;
  /** A target of the gateway of this name changed its state. */
  onTarget?(change: TargetChange, gateway: string): void;
  /**
   * The gateway of this name has another configuration, which is in use from now on. Observers of the
   * configuration before are told as well, each once.
   */
  onUpdate?(update: GatewayUpdate, gateway: string): void;
}
