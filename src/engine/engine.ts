import type { OutgoingHttpHeaders } from 'node:http';
import type { BodyListener, BodySink } from '../http/request-body.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/** The body of a request. */
export interface UpstreamBody {
  /**
   * Writes the body, ends the stream, tells the listener. Called once, behind `onConnected`: until then no
   * byte has been taken from the client, and the request may still be sent elsewhere.
   */
  sendTo(outgoing: BodySink, listener: BodyListener): void;
  /**
   * The same body once more, for another stream; the first gets nothing from now on. Undefined where it
   * has not been kept.
   */
  again?(): UpstreamBody | undefined;
  /** The body is not sent again: what is kept of it may go. */
  forget?(): void;
}

/** A request that is ready to go: every header decided, nothing in it left to the client. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, where they are not the target's. */
  readonly path?: string | undefined;
  /** How long its answer may take, in milliseconds; `false` for ever. Default: as long as any other. */
  readonly responseTimeout?: number | false | undefined;
  /** The `Host` that the upstream sees, where it is not the target's. */
  readonly host?: string | undefined;
  /** Whether it has to go over a new connection rather than over one that was kept alive. */
  readonly fresh: boolean;
  /**
   * Everything the upstream gets except `Host` and what frames the message. The engine may keep the object,
   * and change it.
   */
  readonly headers: OutgoingHttpHeaders;
  readonly body: UpstreamBody;
}

/** Told what becomes of a request and of its body; never before the engine has returned. */
export interface UpstreamListener extends BodyListener {
  /** A new connection is being opened. Not called on a kept-alive one. */
  onConnecting(): void;
  /** The connection, TLS included, is there. */
  onConnected(): void;
  /** The head of the final answer has been read; its body waits. */
  onAnswer(answer: UpstreamAnswer): void;
  /**
   * The request has failed, or its answer has. May be called more than once, and behind the end of an
   * answer that is complete.
   */
  onFailure(failure: UpstreamFailure): void;
}

/** A request under way. */
export interface UpstreamExchange {
  /** Closes the request and the answer, at whatever stage they are. Idempotent. */
  abort(): void;
}

/**
 * Sends requests to an upstream. An engine that opens connections has no policy of its own: it neither
 * retries nor follows redirects, adds nothing and answers nothing. An engine with a policy wraps another one,
 * `(Engine) => Engine`: see `timed` and `repeatStale`.
 */
export type Engine = (request: UpstreamRequest, listener: UpstreamListener) => UpstreamExchange;
