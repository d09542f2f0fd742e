import { EventEmitter } from 'node:events';
import { type ClientRequest, Agent as HttpAgent, type OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { processNames } from '../dns/process-names.ts';
import { noop } from '../lib/noop.ts';
import type { Engine, UpstreamListener, UpstreamRequest } from './engine.ts';
import { NodeExchange } from './node-exchange.ts';

/**
 * Sends requests to `target` with http-proxy-middleware. What it sees is never the client's request
 * or response but two objects of ours, so that it can neither forward a header on its own account
 * nor write to, end or destroy the client's answer.
 */
export function httpProxyMiddlewareEngine(target: URL): Engine {
  const send = senderFor(target.protocol);
  const upstream: Upstream = { address: proxyTarget(target), host: target.host };
  return (request, listener) => {
    const exchange = new Exchange(upstream, request, listener);
    exchange.start(send);
    return exchange;
  };
}

interface Upstream {
  readonly address: ReturnType<typeof proxyTarget>;
  readonly host: string;
}

type Send = (req: EngineRequest, res: EngineResponse, next: () => void) => Promise<void>;

/** One instance per protocol for the whole process, and so one pool of connections. */
const senders = new Map<string, Send>();

function senderFor(protocol: string): Send {
  let sender = senders.get(protocol);
  if (sender === undefined) {
    sender = createSender(protocol === 'https:' ? HttpsAgent : HttpAgent);
    senders.set(protocol, sender);
  }
  return sender;
}

function createSender(Agent: typeof HttpAgent): Send {
  const { lookup } = processNames;
  const freshAgent = new Agent({ keepAlive: false, lookup });
  const proxy = createProxyMiddleware({
    // An idle socket is dropped before most servers drop it (Node's own waits 5 s): a request that
    // meets a closing socket is lost, and a POST must not be sent again. No cap on sockets in use:
    // every open event stream holds one, and the default of 256 would stall the next request.
    agent: new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: 4000, lookup }),
    ignorePath: true,
    pathFilter: () => true,
    router: (req, _res, options) => {
      const { body, upstream, fresh, path } = exchangeOf(req);
      options.buffer = body as unknown as Readable;
      if (fresh) options.agent = freshAgent;
      return path === undefined ? upstream.address : { ...upstream.address, pathname: path };
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
  });
  return proxy as unknown as Send;
}

function exchangeOf(req: object): Exchange {
  return (req as EngineRequest).exchange;
}

/** The address in the form that keeps an IPv6 host and the query; HPM drops the latter of a `URL`. */
function proxyTarget({ protocol, hostname, port, pathname, search }: URL) {
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    pathname: pathname + search,
  };
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

  get path(): string | undefined {
    return this.request.path;
  }

  start(send: Send): void {
    const { method, headers } = this.request;
    headers.host = this.upstream.host;
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
