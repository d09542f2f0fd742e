import { Deadline } from '../lib/deadline.ts';
import type { Engine, UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine.ts';
import { ForwardingListener } from './forwarding-listener.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import { UpstreamError } from './upstream-error.ts';
import type { UpstreamFailure } from './upstream-failure.ts';

/** How long an exchange may take until its answer begins, in milliseconds; `false` for ever. */
export interface ExchangeTimeouts {
  /** To open a connection. */
  readonly connect: number | false;
  /**
   * From the request sent whole to the answer; also how long the upstream may take no more of its body. For
   * requests that bring no `responseTimeout` of their own.
   */
  readonly response: number | false;
}

/** The same engine, whose exchanges fail with `timeout` where they take too long. */
export function timed(engine: Engine, timeouts: ExchangeTimeouts): Engine {
  return (request, listener) => {
    const exchange = new TimedExchange(request, timeouts, listener);
    exchange.start(engine, request);
    return exchange;
  };
}

/**
 * One timer for the stage that the exchange is in, to connect and then to get an answer, and one that
 * runs while the upstream takes no more of the body.
 */
class TimedExchange extends ForwardingListener implements UpstreamExchange {
  readonly #connectMs: number | false;
  readonly #responseMs: number | false;
  readonly #stage = new Deadline();
  /** Made when it is needed, which is rare. */
  #stall: Deadline | undefined;
  /** A GET may stay unanswered for as long as it likes. */
  readonly #mayStaySilent: boolean;
  #exchange: UpstreamExchange | undefined;
  #isConnected = false;
  #isBodySent = false;
  #isOver = false;

  constructor(
    { method, responseTimeout }: UpstreamRequest,
    { connect, response }: ExchangeTimeouts,
    listener: UpstreamListener,
  ) {
    super(listener);
    this.#mayStaySilent = method === 'GET';
    this.#connectMs = connect;
    this.#responseMs = responseTimeout ?? response;
  }

  start(engine: Engine, request: UpstreamRequest): void {
    this.#exchange = engine(request, this);
  }

  abort(): void {
    this.#stop();
    this.#exchange?.abort();
  }

  override onConnecting(): void {
    if (!this.#isOver) this.#stage.start(this.#connectMs, TimedExchange.#onUnconnected, this);
    super.onConnecting();
  }

  override onConnected(): void {
    this.#isConnected = true;
    this.#stage.clear();
    this.#awaitAnswer();
    super.onConnected();
  }

  override onBodySent(): void {
    this.#isBodySent = true;
    this.#awaitAnswer();
    super.onBodySent();
  }

  override onBodyBlocked(): void {
    if (!this.#isOver) {
      this.#stall ??= new Deadline();
      this.#stall.start(this.#responseMs, TimedExchange.#onStalled, this);
    }
    super.onBodyBlocked();
  }

  override onBodyFlowing(): void {
    this.#stall?.clear();
    super.onBodyFlowing();
  }

  override onAnswer(answer: UpstreamAnswer): void {
    this.#stop();
    super.onAnswer(answer);
  }

  override onFailure(failure: UpstreamFailure): void {
    this.#stop();
    super.onFailure(failure);
  }

  #awaitAnswer(): void {
    const isDue = !this.#isOver && this.#isConnected && this.#isBodySent && !this.#mayStaySilent;
    if (isDue) this.#stage.start(this.#responseMs, TimedExchange.#onUnanswered, this);
  }

  static #onUnconnected(self: TimedExchange): void {
    self.#giveUp(`No connection came about in ${self.#connectMs} ms`, 'connect timer');
  }

  static #onUnanswered(self: TimedExchange): void {
    self.#giveUp(`No answer began in ${self.#responseMs} ms`, 'response timer');
  }

  static #onStalled(self: TimedExchange): void {
    self.#giveUp(`None of the body was taken for ${self.#responseMs} ms`, 'response timer');
  }

  #giveUp(message: string, detail: string): void {
    this.abort();
    super.onFailure({
      kind: 'timeout',
      hasBegun: false,
      cause: new UpstreamError(message, detail),
    });
  }

  #stop(): void {
    this.#isOver = true;
    this.#stage.clear();
    this.#stall?.clear();
  }
}
