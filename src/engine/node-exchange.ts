import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { sendHead } from '../http/send-head.ts';
import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine.ts';
import type { OpeningListener } from './network/opening.ts';
import { NodeAnswer } from './node-answer.ts';
import { protocolSwitched, UpstreamError } from './upstream-error.ts';
import { failureOf } from './upstream-failure.ts';

/** Node's types leave out that a handshake is under way (`_tls_wrap.js`). */
type SecureSocket = TLSSocket & { readonly secureConnecting?: boolean };

/**
 * One exchange over Node's own client. A subclass makes the `ClientRequest`; this class tells the
 * `UpstreamListener` what becomes of it.
 */
export abstract class NodeExchange implements UpstreamExchange, OpeningListener {
  readonly #listener: UpstreamListener;
  /** Whether the request has a `Content-Length`, before other code adds to its headers. */
  readonly #hasLength: boolean;
  /** Undefined once the answer has come: an event stream may stay open for days. */
  #request: UpstreamRequest | undefined;
  #socket: Socket | undefined;
  /** How many bytes had come over a kept-alive connection before this request. */
  #readBefore = 0;
  /** The connection that is being opened outside of Node's client, which has nothing to close until then. */
  #opening: { destroy(): void } | undefined;
  #isConnecting = false;
  #isAborted = false;

  constructor(request: UpstreamRequest, listener: UpstreamListener) {
    this.#request = request;
    this.#listener = listener;
    this.#hasLength = request.headers['content-length'] !== undefined;
  }

  /** The request that is sent. It is dropped when the answer has come. */
  protected get request(): UpstreamRequest {
    return this.#request as UpstreamRequest;
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#opening?.destroy();
    this.close();
  }

  onOpening(opening: { destroy(): void }): void {
    if (this.#isAborted) {
      opening.destroy();
      return;
    }
    this.#opening = opening;
    this.#isConnecting = true;
    this.#listener.onConnecting();
  }

  /** Closes the request and the answer, as far as there are any. */
  protected abstract close(): void;

  /** The answer has been closed, for whatever reason. */
  protected settle(): void {}

  /** The request has got its connection, which may still have to be opened; nothing has been sent. */
  onOutgoing(outgoing: ClientRequest & OfExchange): void {
    // An abort before this moment found no request to close.
    if (this.#isAborted) {
      outgoing.destroy();
      return;
    }
    if (!this.#hasLength) outgoing.removeHeader('content-length');
    outgoing[EXCHANGE] = this;
    outgoing.on('upgrade', onUpgrade);
    const socket = outgoing.socket as TLSSocket;
    this.#socket = socket;
    this.#readBefore = socket.bytesRead;
    this.#opening = undefined;
    if (!outgoing.reusedSocket && !this.#isConnecting) this.#listener.onConnecting();
    if (outgoing.reusedSocket || !isBeingOpened(socket)) this.#onConnected(outgoing);
    else {
      const event = socket.encrypted ? 'secureConnect' : 'connect';
      socket.once(event, () => this.#onConnected(outgoing));
    }
  }

  /** Takes the body only now, so that a request that gets no connection can still be sent elsewhere. */
  #onConnected(outgoing: ClientRequest): void {
    if (this.#isAborted) return;
    this.#listener.onConnected();
    this.request.body.sendTo(outgoing, this.#listener);
    // The head goes together with the first bytes of the body if they are there already, and alone otherwise.
    process.nextTick(flushHead, this, outgoing);
  }

  flushHead(outgoing: ClientRequest): void {
    if (!this.#isAborted && !outgoing.headersSent) sendHead(outgoing);
  }

  onAnswer(answer: IncomingMessage & OfExchange): void {
    this.#request = undefined;
    answer[EXCHANGE] = this;
    answer.on('error', onAnswerError).on('close', onAnswerClosed);
    this.#listener.onAnswer(new NodeAnswer(answer));
  }

  onAnswerError(error: Error): void {
    this.#fail(error, true);
  }

  onError(error: Error): void {
    const hasBegun = this.#socket !== undefined && this.#socket.bytesRead > this.#readBefore;
    this.#fail(error, hasBegun);
  }

  onAnswerClosed(answer: IncomingMessage): void {
    this.settle();
    if (answer.complete || this.#isAborted) return;
    const message = 'The upstream closed before its answer ended';
    this.#fail(new UpstreamError(message, 'connection lost'), true);
  }

  #fail(error: Error, hasBegun: boolean): void {
    if (!this.#isAborted) this.#listener.onFailure(failureOf(error, hasBegun));
  }
}

/**
 * The exchange that a message of Node's client belongs to: all exchanges share the listeners, which costs
 * less than a listener for each.
 */
const EXCHANGE: unique symbol = Symbol('express-mcp-gateway.exchange');

interface OfExchange {
  [EXCHANGE]?: NodeExchange;
}

function onUpgrade(this: OfExchange, _answer: IncomingMessage, socket: Duplex): void {
  socket.destroy();
  this[EXCHANGE]?.onError(protocolSwitched());
}

function flushHead(exchange: NodeExchange, outgoing: ClientRequest): void {
  exchange.flushHead(outgoing);
}

function onAnswerError(this: OfExchange, error: Error): void {
  this[EXCHANGE]?.onAnswerError(error);
}

function onAnswerClosed(this: IncomingMessage & OfExchange): void {
  this[EXCHANGE]?.onAnswerClosed(this);
}

/**
 * Whether the connection is still being opened, TLS included. A connection within this process is no socket,
 * and is open from the beginning.
 */
function isBeingOpened({ connecting, secureConnecting }: SecureSocket): boolean {
  return connecting || secureConnecting === true;
}
