import type { Engine, UpstreamExchange, UpstreamListener, UpstreamRequest } from './engine.ts';
import { ForwardingListener } from './forwarding-listener.ts';
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
    exchange.start();
    return exchange;
  };
}

class RepeatedExchange extends ForwardingListener implements UpstreamExchange {
  readonly #engine: Engine;
  readonly #request: UpstreamRequest;
  #exchange: UpstreamExchange | undefined;
  #isConnected = false;
  #isNewConnection = false;

  constructor(engine: Engine, request: UpstreamRequest, listener: UpstreamListener) {
    super(listener);
    this.#engine = engine;
    this.#request = request;
  }

  start(): void {
    this.#exchange = this.#engine(withHeadersToKeep(this.#request), this);
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

  override onFailure(failure: UpstreamFailure): void {
    const isLost = failure.kind === 'lost' && !failure.hasBegun;
    if (!isLost || !this.#isConnected || this.#isNewConnection) {
      super.onFailure(failure);
      return;
    }
    this.#exchange?.abort();
    // What comes of the repetition is told as it is: it goes over a new connection.
    this.#isNewConnection = true;
    this.#exchange = this.#engine({ ...this.#request, fresh: true }, this);
  }
}
