import { EventEmitter } from 'node:events';
import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { noop } from '../lib/noop.ts';
import type { Engine, UpstreamListener, UpstreamRequest } from './engine.ts';
import { type HttpProxy, hostOf, type Network } from './network/network.ts';
import { type Pool, poolFor } from './network/pools.ts';
import type { OpeningOptions } from './network/proxied-agents.ts';
import { proxyFor } from './network/proxy-for.ts';
import { NodeExchange } from './node-exchange.ts';

/**
 * Sends requests to `target` with http-proxy-middleware, over `network`. What it sees is never the client's
 * request or response but two objects of ours, so that it can neither forward a header on its own account
 * nor write to, end or destroy the client's answer.
 */
export function httpProxyMiddlewareEngine(target: URL, network: Network): Engine {
  const upstream = upstreamAt(target, network);
  return (request, listener) => {
    const exchange = new Exchange(upstream, request, listener);
    exchange.start();
    return exchange;
  };
}

/** One target, as its requests have to know it. */
interface Upstream {
  readonly address: Address;
  readonly host: string;
  /** Node would take it from `Host`, which may name somebody else. Undefined without TLS. */
  readonly servername: string | undefined;
  readonly pool: Pool;
  /** Whether a connection is there only once a proxy has opened a tunnel. */
  readonly isTunnelled: boolean;
  /** Where a proxy gets the requests, whose paths say to whom they go; undefined elsewhere. */
  readonly byProxy: (HttpProxy & { readonly origin: string }) | undefined;
}

interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
}

function upstreamAt(target: URL, network: Network): Upstream {
  const { protocol, port, pathname, search, host, origin } = target;
  const hostname = hostOf(target);
  const isSecure = protocol === 'https:';
  const proxy = proxyFor(target, network.proxies);
  return {
    // In the form that keeps an IPv6 host and the query; HPM drops the latter of a `URL`.
    address: { protocol, hostname, port, pathname: pathname + search },
    host,
    servername: isSecure ? (isIP(hostname) === 0 ? hostname : '') : undefined,
    pool: poolFor(target, network),
    isTunnelled: isSecure && proxy !== undefined,
    byProxy: isSecure || proxy === undefined ? undefined : { origin, ...proxy },
  };
}

type Send = (req: EngineRequest, res: EngineResponse, next: () => void) => Promise<void>;

const send = createProxyMiddleware({
  ignorePath: true,
  pathFilter: () => true,
  router: (req, _res, options) => {
    const exchange = exchangeOf(req);
    const { body, fresh, upstream } = exchange;
    options.buffer = body as unknown as Readable;
    options.agent = fresh ? upstream.pool.fresh : upstream.pool.keeping;
    // HPM begins the options of Node's request with these.
    if (upstream.servername !== undefined) options.ssl = exchange.secureOptions();
    return exchange.address();
  },
  selfHandleResponse: true,
  // The default plugins log, answer and format URLs on each request; ours only passes on.
  ejectPlugins: true,
  plugins: [
    (proxyServer) => {
      proxyServer.on('proxyRes', (answer, req) => exchangeOf(req).onAnswer(answer));
      proxyServer.on('error', (error, req) => req && exchangeOf(req).onError(error));
      proxyServer.on('econnreset', (error, req) => exchangeOf(req).onError(error));
    },
  ],
}) as unknown as Send;

function exchangeOf(req: object): Exchange {
  return (req as EngineRequest).exchange;
}

class Exchange extends NodeExchange {
  readonly upstream: Upstream;
  /** What HPM pipes into the outgoing request, as soon as that has a connection. */
  readonly body = { pipe: (outgoing: ClientRequest) => this.onOutgoing(outgoing) };
  readonly #response = new EngineResponse();

  constructor(upstream: Upstream, request: UpstreamRequest, listener: UpstreamListener) {
    super(request, listener);
    this.upstream = upstream;
  }

  get fresh(): boolean {
    return this.request.fresh;
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
    // Node keeps these for as long as the connection lasts: no exchange may be among them without need.
    return isTunnelled ? { servername, opening: this } : { servername };
  }

  start(): void {
    const { method, headers } = this.request;
    const { host, byProxy } = this.upstream;
    headers.host = this.request.host ?? host;
    if (byProxy !== undefined && headers.host !== host) {
      process.nextTick(() => this.onError(hostIsLost()));
      return;
    }
    if (byProxy?.authorization !== undefined) {
      headers['proxy-authorization'] = byProxy.authorization;
    }
    const req = new EngineRequest(this, method, headers);
    send(req, this.#response, noop).catch((error: Error) => this.onError(error));
  }

  protected override close(): void {
    this.#response.close();
  }

  protected override settle(): void {
    this.#response.settle();
  }
}

/** RFC 9112 section 3.2.2: a proxy writes `Host` anew, from the URL that it is sent. */
function hostIsLost(): Error {
  const message =
    'headers.host would be lost: the target is not https, and a proxy replaces Host there';
  return Object.assign(new Error(message), { code: 'ERR_INVALID_HOST' });
}

/** The request as HPM sees it: what it reads, and no client behind it. */
class EngineRequest {
  readonly httpVersion = '1.1';
  readonly httpVersionMajor = 1;
  readonly url = '/';
  readonly exchange: Exchange;
  readonly method: string;
  readonly headers: OutgoingHttpHeaders;

  constructor(exchange: Exchange, method: string, headers: OutgoingHttpHeaders) {
    this.exchange = exchange;
    this.method = method;
    this.headers = headers;
  }

  /** HPM listens for errors of the client; the relay does that itself. */
  on(): this {
    return this;
  }
}

/** The response as HPM sees it: its `close` is how HPM learns that the client has gone. */
class EngineResponse extends EventEmitter {
  readonly finished = false;
  readonly headersSent = false;
  writableFinished = false;
  destroyed = false;

  /** The client has gone: HPM destroys the outgoing request. */
  close(): void {
    this.destroyed = true;
    this.emit('close');
  }

  /** All is over: HPM's promise resolves, nothing is destroyed. */
  settle(): void {
    this.writableFinished = true;
    this.close();
  }

  /** HPM asks for this when the answer breaks off; the relay sees that for itself. */
  destroy(): void {
    this.destroyed = true;
  }
}
