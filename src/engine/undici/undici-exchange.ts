import { AsyncResource } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { Dispatcher } from 'undici';
import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from '../engine.ts';
import type { OpeningListener } from '../network/opening.ts';
import { hostIsLost } from '../network/way.ts';
import { protocolSwitched } from '../upstream-error.ts';
import { failureOf } from '../upstream-failure.ts';
import type { Connection } from './connection.ts';
import { dispatchOptions } from './dispatch-options.ts';
import { OutgoingBody, type OutgoingListener } from './outgoing-body.ts';
import { endsConnection } from './trailers.ts';
import { UndiciAnswer } from './undici-answer.ts';
import { asNodeError, cutOff, isOfConnection } from './undici-failure.ts';
import { mendLength } from './undici-internals.ts';
import type { UndiciUpstream } from './undici-upstream.ts';

/** Where instrumentations hear of a request. */
const created = channel('undici:request:create');

type Controller = Dispatcher.DispatchController;

/** One exchange over undici. */
export class UndiciExchange
  implements UpstreamExchange, OpeningListener, OutgoingListener, Dispatcher.DispatchHandler
{
  readonly #upstream: UndiciUpstream;
  readonly #request: UpstreamRequest;
  readonly #listener: UpstreamListener;
  readonly #body = new OutgoingBody(this);
  /** The caller's async context. Events of a connection come in that of the request that opened it. */
  readonly #context = new AsyncResource('UPSTREAM_EXCHANGE');
  #connection: Connection | undefined;
  #opening: { destroy(): void } | undefined;
  #readBefore = 0;
  #framing: string | undefined;
  /** The body that undici sends; kept, because another connection may have to carry it. */
  #piece: Buffer | undefined;
  /** The body that is sent in one chunk, behind the head. */
  #whole: Buffer | undefined;
  #isTaken = false;
  #isKept = false;
  #isStarted = false;
  #isSent = false;
  #fields: number | undefined;
  #isAborted = false;
  #answer: UndiciAnswer | undefined;

  constructor(upstream: UndiciUpstream, request: UpstreamRequest, listener: UpstreamListener) {
    this.#upstream = upstream;
    this.#request = request;
    this.#listener = listener;
  }

  start(): void {
    const { connections } = this.#upstream;
    const lost = hostIsLost(this.#upstream, this.#request);
    if (lost !== undefined) {
      process.nextTick(() => this.#fail(lost, false));
      return;
    }
    const kept = this.#request.fresh ? undefined : connections.take();
    if (kept === undefined) process.nextTick(() => this.#open());
    else {
      this.#isKept = true;
      process.nextTick(() => this.#onConnected(kept));
    }
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#opening?.destroy();
    this.#connection?.destroy();
    this.#connection = undefined;
    this.#answer?.body.destroy();
  }

  #open(): void {
    if (this.#isAborted) return;
    this.#upstream.connections.open(this, (error, connection) => {
      this.#opening = undefined;
      if (connection !== undefined) this.#onConnected(connection);
      else this.#fail(error as Error, false);
    });
  }

  onOpening(opening: { destroy(): void }): void {
    if (this.#isAborted) {
      opening.destroy();
      return;
    }
    const isFirst = this.#opening === undefined;
    this.#opening = opening;
    if (isFirst) this.#listener.onConnecting();
  }

  #onConnected(connection: Connection): void {
    if (this.#isAborted) {
      connection.destroy();
      return;
    }
    this.#connection = connection;
    this.#readBefore = connection.bytesRead;
    this.#listener.onConnected();
    if (this.#isTaken) {
      this.#dispatch();
      return;
    }
    this.#isTaken = true;
    this.#request.body.sendTo(this.#body, this.#listener);
    this.#body.waitForATurn();
  }

  onWhole(body: Buffer | undefined): void {
    const { 'content-length': length } = this.#request.headers;
    const isNone = body === undefined && this.#request.method !== 'POST';
    if (isNone || length !== undefined) this.#piece = body;
    else {
      this.#framing = CHUNKED;
      this.#whole = body;
    }
    this.#dispatch();
  }

  onLong(): void {
    const { 'content-length': length } = this.#request.headers;
    this.#framing = length === undefined ? CHUNKED : `content-length: ${length}`;
    this.#dispatch();
  }

  onLongSent(): void {
    this.#isSent = true;
  }

  #dispatch(): void {
    if (this.#isAborted) return;
    const options = dispatchOptions(this.#upstream, this.#request, this.#piece);
    // Instrumentations may add fields. They need the caller's context; the body came in another one.
    if (created.hasSubscribers) this.#fields = options.headers.length / 2 - 1;
    this.#context.runInAsyncScope(() => this.#connection?.dispatch(options, this));
  }

  onRequestStart(controller: Controller): void {
    if (this.#isAborted || this.#connection === undefined) {
      controller.abort(new Error('The request was taken back'));
      return;
    }
    this.#isStarted = true;
    this.#connection.tap.begin(this.#framing, this.#fields);
  }

  /** The head has been written, and what undici has of the body. */
  onRequestSent(): void {
    if (this.#framing === undefined) {
      this.#isSent = true;
      return;
    }
    const sink = this.#connection?.bodySink(this.#framing === CHUNKED);
    if (sink === undefined) return;
    if (this.#whole === undefined) this.#body.follow(sink);
    else {
      sink.write(this.#whole);
      sink.end();
      this.#isSent = true;
    }
  }

  onResponseStart(controller: Controller, status: number): void {
    if (this.#isAborted) return;
    if (status === 101) {
      controller.abort(protocolSwitched());
      return;
    }
    if (status >= 100 && status < 200) return;
    const { tap, socket } = this.#connection as Connection;
    const head = {
      status,
      reason: tap.reason,
      httpVersion: tap.httpVersion,
      fields: (controller.rawHeaders ?? []) as unknown as Uint8Array[],
    };
    this.#answer = new UndiciAnswer(head, controller);
    tap.reader = this;
    mendLength(socket, this.#answer.headers['content-length']);
    this.#context.runInAsyncScope(this.#listener.onAnswer, this.#listener, this.#answer);
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    const body = this.#answer?.body;
    if (body !== undefined) this.#context.runInAsyncScope(body.receive, body, chunk);
  }

  onResponseEnd(controller: Controller): void {
    const connection = this.#connection;
    // Where the end of the connection is the end of the answer, undici takes a reset for such an end.
    if (connection?.socket.errored) {
      this.onResponseError(controller, connection.socket.errored);
      return;
    }
    this.#connection = undefined;
    if (connection !== undefined) {
      connection.tap.reader = undefined;
      const isOpen = !endsConnection(controller.rawTrailers as unknown as Uint8Array[]);
      if (this.#isSent && isOpen && !this.#request.fresh)
        this.#upstream.connections.keep(connection);
      else process.nextTick(() => connection.destroy());
    }
    const body = this.#answer?.body;
    if (body !== undefined) this.#context.runInAsyncScope(body.complete, body);
  }

  /** undici finds a mistake behind the head, in the same packet, before it has passed the head on. */
  onUnread(error: Error): void {
    const cause = asNodeError(this.#connection?.socket.errored ?? error);
    this.#answer?.body.cut();
    this.#context.runInAsyncScope(this.#fail, this, cutOff(cause), true);
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#context.runInAsyncScope(this.#onError, this, error);
  }

  #onError(error: Error): void {
    const hasBegun =
      this.#connection !== undefined && this.#connection.bytesRead > this.#readBefore;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.destroy();
    // The connection was lost before the request went over it: the upstream has seen nothing of it.
    if (this.#isKept && !this.#isStarted && isOfConnection(error)) {
      this.#isKept = false;
      process.nextTick(() => this.#open());
      return;
    }
    const cause = asNodeError(error);
    if (this.#answer === undefined) process.nextTick(() => this.#fail(cause, hasBegun));
    else {
      this.#answer.body.cut();
      process.nextTick(() => this.#fail(cutOff(cause), true));
    }
  }

  #fail(error: Error, hasBegun: boolean): void {
    if (!this.#isAborted) this.#listener.onFailure(failureOf(error, hasBegun));
  }
}

const CHUNKED = 'transfer-encoding: chunked';
