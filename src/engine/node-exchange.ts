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
 * One exchange that goes by Node's own client, whoever makes its `ClientRequest`: what becomes of that is
 * told in the words of the seam.
 */
export abstract class NodeExchange implements UpstreamExchange, OpeningListener {
  readonly #listener: UpstreamListener;
  /** As it was before anybody has added to the headers. */
  readonly #hasLength: boolean;
  /** Undefined once the answer has come: an event stream may stay open for days. */
  #request: UpstreamRequest | undefined;
  #socket: Socket | undefined;
  /** What had come over a kept-alive connection before this request. */
  #readBefore = 0;
  /** What is being opened for it outside of Node's client, which has nothing to close until then. */
  #opening: { destroy(): void } | undefined;
  #isConnecting = false;
  #isAborted = false;

  constructor(request: UpstreamRequest, listener: UpstreamListener) {
    this.#request = request;
    this.#listener = listener;
    this.#hasLength = request.headers['content-length'] !== undefined;
  }

  /** What is sent; until the answer has come. */
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

  /** The body is taken from here on, so that whoever gets no connection can still be sent elsewhere. */
  #onConnected(outgoing: ClientRequest): void {
    if (this.#isAborted) return;
    this.#listener.onConnected();
    this.request.body.sendTo(outgoing, this.#listener);
    // Together with the first bytes where they are there already, alone where they are not.
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

/** The exchange that a message of Node's client belongs to: listeners are shared, which costs less than one for each. */
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

/** TLS included. What connects within this process is no socket, and open from the beginning. */
function isBeingOpened({ connecting, secureConnecting }: SecureSocket): boolean {
  return connecting || secureConnecting === true;
}
