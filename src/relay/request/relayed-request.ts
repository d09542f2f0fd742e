import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RelayedExchange, type RequestContext } from '../../context.ts';
import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from '../../engine/engine.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { REASON_OF, type UpstreamFailure } from '../../engine/upstream-failure.ts';
import type { ErrorReason } from '../../errors.ts';
import type { PeekListener } from '../../http/body-peek.ts';
import { isBodyPending } from '../../http/framing.ts';
import { makeLastRequest } from '../../http/last-request.ts';
import { onceClosed } from '../../http/once-closed.ts';
import type { RequestBody } from '../../http/request-body.ts';
import { noop } from '../../lib/noop.ts';
import type { EventSink } from '../../mcp/events/event-sink.ts';
import type { EndReason } from '../../observation.ts';
import type { Target } from '../../targets/target.ts';
import { RelayedAnswer, type RelayedAnswerListener } from '../answer/relayed-answer.ts';
import type { RelaySettings } from '../relay-settings.ts';
import { isWithheld } from './headers.ts';
import { NOT_ENCODED, type OutgoingHead, outgoingHead } from './outgoing-head.ts';
import { toldFailure } from './told-failure.ts';

/**
 * One request on its way. It owns both legs, and the end of one is the end of the other: where the client
 * leaves, the upstream request is aborted; where the upstream's answer breaks off, so does the client's. The
 * first event of this kind ends the request; later events find it over.
 */
export class RelayedRequest
  implements UpstreamListener, RelayedAnswerListener, RelayedExchange, PeekListener
{
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #settings: RelaySettings;
  readonly #context: RequestContext;
  readonly #body: RequestBody;
  #exchange: UpstreamExchange | undefined;
  #answer: RelayedAnswer | undefined;
  /** How much of the body was held back, and has not been sent. */
  #peeked = 0;
  #isConnected = false;
  #isBodySent = false;
  #over = false;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    settings: RelaySettings,
    body: RequestBody,
  ) {
    this.#req = req;
    this.#res = res;
    this.#settings = settings;
    this.#body = body;
    this.#context = contextOf(req);
  }

  start(): void {
    this.#res.on('error', noop);
    // The id of a judged message is known already.
    if (this.#req.method === 'POST' && this.#context.mcp === undefined) {
      this.#context.body.watch();
    }
    onceClosed(this.#req, this.#res, this.abandon);
    const peekBounds = this.#context.observation?.followed?.peekBounds;
    if (peekBounds === undefined || this.#context.mcp !== undefined) this.#send();
    else {
      // From here on, an error that answers the request takes it back.
      this.#context.exchange = this;
      this.#body.peek(peekBounds, this);
    }
  }

  onPeekBytes(bytes: Uint8Array): void {
    this.#peeked += bytes.length;
    this.#context.body.ends?.push(bytes);
  }

  onPeeked(body: Uint8Array | undefined): void {
    if (this.#over) return;
    this.#context.observation?.followed?.peeked(body);
    this.#send();
  }

  get target(): Target {
    return this.#context.lease?.target ?? this.#settings.target;
  }

  #send(): void {
    let head: OutgoingHead | undefined;
    try {
      head = outgoingHead(this.#req, this.#settings, this.#body.length);
    } catch (error) {
      this.#fail('internal_error', error);
      return;
    }
    if (head === undefined) {
      answerError(this.#req, this.#res, 'invalid_request', { message: NOT_ENCODED });
      this.abandon();
      return;
    }
    const { target, headers } = head;
    // From here on the upstream may answer it.
    this.#context.exchange = this;
    const request = {
      method: this.#req.method as string,
      path: head.path,
      host: head.host,
      responseTimeout: this.#context.responseTimeout,
      fresh: false,
      headers,
      body: this.#body,
    };
    this.#isConnected = false;
    this.#context.observation?.sentTo(target);
    const followed = this.#context.observation?.followed;
    if (followed === undefined) this.#dispatch(target, request);
    else {
      const isDecided = (name: string) => isWithheld(name, this.#context.headerEdits);
      followed.sending({ target, headers, isDecided }, () => this.#dispatch(target, request));
    }
  }

  #dispatch({ engine }: Target, request: UpstreamRequest): void {
    const { lease } = this.#context;
    this.#exchange = lease === undefined ? engine(request, this) : lease.send(request, this);
  }

  onConnecting(): void {}

  onConnected(): void {
    this.#isConnected = true;
  }

  onBodyBytes(bytes: Uint8Array): void {
    this.#context.observation?.received(bytes);
    // Bytes that were held back have been noted as they came.
    if (this.#peeked > 0) this.#peeked -= bytes.length;
    else this.#context.body.ends?.push(bytes);
  }

  onBodySent(): void {
    this.#isBodySent = true;
  }

  onBodyBlocked(): void {}

  onBodyFlowing(): void {}

  onBodyLost(): void {
    this.#fail('body_consumed');
  }

  onAnswer(answer: UpstreamAnswer): void {
    if (this.#over) return;
    this.#context.observation?.answered();
    if (this.#res.headersSent) {
      this.abandon();
      return;
    }
    const relayed = new RelayedAnswer(this.#req, this.#res, answer, this.#settings, this);
    const { problem } = relayed;
    if (problem !== undefined) {
      this.#fail(problem.reason, problem.cause);
      return;
    }
    this.#answer = relayed;
    // The answer came before the body of the request ended. The rest still goes upstream, which may read it,
    // but only until the answer ends. Then it is not known where the next request would begin.
    if (!this.#isBodySent && isBodyPending(this.#req)) makeLastRequest(this.#req, this.#res);
    relayed.start();
  }

  onFailure(failure: UpstreamFailure): void {
    // Bytes after the end of the answer break the connection, not the answer.
    if (this.#over || this.#answer?.isComplete) return;
    const { kind, cause } = failure;
    // If false: nothing of the request has been sent, and none of its body was taken from the client.
    const hasReached = this.#isConnected || kind === 'internal';
    const { lease } = this.#context;
    if (!hasReached) this.target.noteFailure(REASON_OF[kind], cause);
    if (!hasReached && lease?.moveOn()) {
      this.#exchange?.abort();
      this.#send();
    } else if (!hasReached && lease?.isGoneUnreached) void this.#failAsGone(cause);
    else this.#fail(this.#answer === undefined ? REASON_OF[kind] : 'upstream_invalid', cause);
  }

  onAnswerOver(isWhole: boolean): void {
    this.#release();
    if (!isWhole || !this.#isBodySent) this.#exchange?.abort();
  }

  onAnswerFailed(reason: ErrorReason, cause?: unknown): void {
    this.#fail(reason, cause);
  }

  async #failAsGone(cause: unknown): Promise<void> {
    await this.#context.session?.forget();
    if (!this.#over) this.#fail('session_not_found', cause);
  }

  #fail(reason: ErrorReason, cause?: unknown): void {
    if (reason.startsWith('upstream_')) this.target.noteFailure(reason, cause);
    answerError(this.#req, this.#res, reason, toldFailure(reason, cause));
    this.abandon();
  }

  get isEventStream(): boolean {
    return this.#answer?.isEventStream === true;
  }

  endBetweenEvents(why: EndReason): void {
    this.#answer?.endBetweenEvents(why);
  }

  get events(): EventSink | undefined {
    return this.#answer?.events;
  }

  /**
   * Takes the request back: the client has gone, or another part has answered it. A field: a closure made
   * where it is handed over outlived the request, and cost garbage collection a third of the relay's CPU time
   * (`npm run bench`).
   */
  readonly abandon = (): void => {
    this.#answer?.stop();
    if (this.#over) return;
    this.#release();
    this.#exchange?.abort();
  };

  #release(): void {
    this.#over = true;
    this.#context.exchange = undefined;
    this.#answer?.stop();
    this.#body.stop();
  }
}
