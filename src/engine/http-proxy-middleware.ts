import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { createProxyMiddleware } from 'http-proxy-middleware';
import { noop } from '../lib/noop.ts';
import type { Engine, UpstreamListener, UpstreamRequest } from './engine.ts';
import { type Network, portOf } from './network/network.ts';
import type { OpeningOptions } from './network/opening.ts';
import { type Pool, poolFor } from './network/pools.ts';
import { hostIsLost, type Way, wayTo } from './network/way.ts';
import { NodeExchange } from './node-exchange.ts';

/**
 * Sends requests to `target` with http-proxy-middleware, over `network`. It never sees the client's request
 * or response, only two objects of ours, so that it can neither forward a header on its own account nor write
 * to, end or destroy the client's answer.
 */
export function httpProxyMiddlewareEngine(target: URL, network: Network): Engine {
  const upstream = upstreamAt(target, network);
  load();
  return (request, listener) => {
    const exchange = new Exchange(upstream, request, listener);
    exchange.start();
    return exchange;
  };
}

/** What requests need to know of one target. */
interface Upstream extends Way {
  readonly address: Address;
  readonly pool: Pool;
}

interface Address {
  readonly protocol: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
}

function upstreamAt(target: URL, network: Network): Upstream {
  const way = wayTo(target, network);
  return {
    ...way,
    address: {
      protocol: target.protocol,
      // Tracers read `host` and `hostname` to tell where a request goes. HPM would put `host` together for
      // each request.
      host: `${target.hostname}:${portOf(target)}`,
      hostname: way.hostname,
      port: target.port,
      // With the query, which HPM drops from a `URL`.
      pathname: way.path,
    },
    pool: poolFor(target, network),
  };
}

type Send = (req: Exchange, res: EngineResponse, next: () => void) => Promise<void>;

/** HPM's function, once HPM has been loaded. Until then, a function that waits for it. */
let send: Send = async (exchange, response, next) => {
  await loading;
  if (!response.destroyed) await send(exchange, response, next);
};

let loading: Promise<void> | undefined;

/**
 * Begins to load HPM when there is an engine, which is mostly long before its first request. An app that only
 * imports this package does not wait for HPM, which takes as long to load as Express. Every bundler includes
 * what such an `import` names.
 */
function load(): void {
  loading ??= import('http-proxy-middleware').then((hpm) => {
    send = hpm.createProxyMiddleware(OPTIONS) as unknown as Send;
  });
  // Each request reports the failure.
  loading.catch(noop);
}

const OPTIONS: Parameters<typeof createProxyMiddleware>[0] = {
  ignorePath: true,
  pathFilter: () => true,
  router: (req, _res, options) => {
    const exchange = exchangeOf(req);
    const { fresh, upstream } = exchange;
    options.buffer = exchange as unknown as Readable;
    options.agent = fresh ? upstream.pool.fresh : upstream.pool.keeping;
    // HPM begins with these when it makes the options of Node's request.
    if (upstream.servername !== undefined) options.ssl = exchange.secureOptions();
    return exchange.address();
  },
  selfHandleResponse: true,
  // The default plugins log, answer and format URLs on each request; ours only passes events on.
  ejectPlugins: true,
  plugins: [
    (proxyServer) => {
      proxyServer.on('proxyRes', (answer, req) => exchangeOf(req).onAnswer(answer));
      proxyServer.on('error', (error, req) => req && exchangeOf(req).onError(error));
      proxyServer.on('econnreset', (error, req) => exchangeOf(req).onError(error));
    },
  ],
};

function exchangeOf(req: object): Exchange {
  return req as Exchange;
}

/** One request. For HPM it is also the client's request: it has what HPM reads, and no client behind it. */
class Exchange extends NodeExchange {
  readonly upstream: Upstream;
  /** HPM would parse any other value, and does not use it. */
  readonly url = '';
  readonly method: string;
  /** HPM copies them once. */
  headers: OutgoingHttpHeaders;
  readonly #response = new EngineResponse();
  #outgoing: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;

  constructor(upstream: Upstream, request: UpstreamRequest, listener: UpstreamListener) {
    super(request, listener);
    this.upstream = upstream;
    this.method = request.method;
    this.headers = request.headers;
  }

  get httpVersion(): string {
    return '1.1';
  }

  get httpVersionMajor(): number {
    return 1;
  }

  get fresh(): boolean {
    return this.request.fresh;
  }

  /** HPM listens for errors of the client; the relay does that itself. */
  on(): this {
    return this;
  }

  /** HPM pipes the body into the outgoing request, as soon as that has a connection. */
  pipe(outgoing: ClientRequest): void {
    this.#outgoing = outgoing;
    this.onOutgoing(outgoing);
  }

  /** Where the request goes. */
  address(): Address {
    const { address, byProxy } = this.upstream;
    const { path = address.pathname } = this.request;
    if (byProxy !== undefined) return { ...address, pathname: byProxy.origin + path };
    return this.request.path === undefined ? address : { ...address, pathname: path };
  }

  secureOptions(): OpeningOptions & { readonly servername: string | undefined } {
    const { servername, isTunnelled } = this.upstream;
    // Node keeps these options as long as the connection lasts: they must not hold an exchange without need.
    return isTunnelled ? { servername, opening: this } : { servername };
  }

  start(): void {
    const { headers } = this;
    const { host, byProxy } = this.upstream;
    const lost = hostIsLost(this.upstream, this.request);
    if (lost !== undefined) {
      process.nextTick(() => this.onError(lost));
      return;
    }
    headers.host = this.request.host ?? host;
    if (byProxy?.authorization !== undefined) {
      headers['proxy-authorization'] = byProxy.authorization;
    }
    send(this, this.#response, noop).catch((error: Error) => this.onError(error));
  }

  /** HPM has nothing more to do now. It must not hold its objects as long as a stream is open. */
  override onAnswer(answer: IncomingMessage): void {
    this.#answer = answer;
    this.headers = NO_HEADERS;
    super.onAnswer(answer);
    this.#response.settle();
  }

  protected override close(): void {
    if (this.#response.finished) {
      this.#outgoing?.destroy();
      this.#answer?.destroy();
    } else {
      this.#response.close();
    }
  }

  /** The connection may serve another request already. */
  protected override settle(): void {
    this.#outgoing = undefined;
    this.#answer = undefined;
  }
}

const NO_HEADERS: OutgoingHttpHeaders = Object.freeze({});

/** The response as HPM sees it. Its event `close` tells HPM that the client has gone. */
class EngineResponse {
  readonly headersSent = false;
  finished = false;
  writableFinished = false;
  destroyed = false;
  #onClose: (() => void)[] = [];

  on(event: string, listener: () => void): this {
    if (event === 'close' && !this.destroyed) this.#onClose.push(listener);
    return this;
  }

  /** The client has gone: HPM destroys the outgoing request. */
  close(): void {
    this.destroyed = true;
    const listeners = this.#onClose;
    this.#onClose = NO_LISTENERS;
    for (const listener of listeners) listener();
  }

  /** The answer is ours alone: HPM's promise resolves, nothing is destroyed. */
  settle(): void {
    this.finished = true;
    this.writableFinished = true;
    this.close();
  }

  /** HPM asks for this when the answer breaks off; the relay sees that for itself. */
  destroy(): void {
    this.destroyed = true;
  }
}

const NO_LISTENERS: (() => void)[] = [];
