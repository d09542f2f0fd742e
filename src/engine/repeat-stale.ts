import type { Engine, UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine.ts';
import { ForwardingListener } from './forwarding-listener.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';
import type { UpstreamFailure } from './upstream-failure.ts';
import { withHeadersToKeep } from './with-headers-to-keep.ts';

/**
 * The same engine, which sends a request once more, over a new connection, where it was lost on one that
 * was kept alive and that the upstream was about to close. A POST is never sent again, because it may
 * have been read (RFC 9110 section 9.2.2).
 */
export function repeatStale(engine: Engine): Engine {
  return (request, listener) => {
    if (request.method === 'POST' || request.fresh) return engine(request, listener);
    const exchange = new RepeatedExchange(engine, request, listener);
    exchange.start(request);
    return exchange;
  };
}

class RepeatedExchange extends ForwardingListener implements UpstreamExchange {
  readonly #engine: Engine;
  /** Undefined once an answer has come, which may be a stream that stays open for days. */
  #request: UpstreamRequest | undefined;
  #exchange: UpstreamExchange | undefined;
  #isConnected = false;
  #isNewConnection = false;

  constructor(engine: Engine, request: UpstreamRequest, listener: UpstreamListener) {
    super(listener);
    this.#engine = engine;
    this.#request = request;
  }

  start(request: UpstreamRequest): void {
    this.#exchange = this.#engine(withHeadersToKeep(request), this);
  }

  abort(): void {
    this.#exchange?.abort();
  }

  override onConnecting(): void {
    this.#isNewConnection = true;
    super.onConnecting();
  }

  override onConnected(): void {
    this.#isConnected = true;
    super.onConnected();
  }

  override onAnswer(answer: UpstreamAnswer): void {
    this.#request = undefined;
    super.onAnswer(answer);
  }

  override onFailure(failure: UpstreamFailure): void {
    const isLost = failure.kind === 'lost' && !failure.hasBegun;
    const request = this.#request;
    const isStale = isLost && this.#isConnected && !this.#isNewConnection;
    if (!isStale || request === undefined) {
      super.onFailure(failure);
      return;
    }
    this.#exchange?.abort();
    // A failure of the second request is told as it is: that request goes over a new connection.
    this.#isNewConnection = true;
    this.#exchange = this.#engine({ ...request, fresh: true }, this);
  }
}
