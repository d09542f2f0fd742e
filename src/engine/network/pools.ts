import type { ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import type { AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { processNames } from '../../dns/process-names.ts';
import { nodeHttp } from '../../lib/built-in.ts';
import { connectToProxy } from './connect-to-proxy.ts';
import { type HttpProxy, hostOf, type Network, PLAIN_NETWORK, portOf } from './network.ts';
import { proxyFor } from './proxy-for.ts';
import { directAgent, tunnellingAgent } from './secure-agents.ts';

/** Connections to upstreams. */
export interface Pool {
  /** Keeps them alive, and uses them again. */
  readonly keeping: HttpAgent;
  /** Opens a new one for each request. */
  readonly fresh: HttpAgent;
}

/** How many connections there are to a target. */
export interface ConnectionCounts {
  /** All that are open, or about to be. */
  readonly open: number;
  /** Those among them that wait for another request. */
  readonly idle: number;
}

/** Counts the connections in a pool that requests to `url` may go over. */
export function connectionsIn({ keeping, fresh }: Pool, url: URL): ConnectionCounts {
  // Node's agents list connections by a name, which begins with host and port.
  const place = `${hostOf(url)}:${portOf(url)}:`;
  const count = (sockets: NodeJS.ReadOnlyDict<readonly unknown[]>) =>
    Object.entries(sockets).reduce(
      (sum, [name, { length } = []]) => (name.startsWith(place) ? sum + length : sum),
      0,
    );
  const idle = count(keeping.freeSockets);
  return { open: idle + count(keeping.sockets) + count(fresh.sockets), idle };
}

/** The pools, by the terms of their connections: no request may get one that was opened on other terms. */
const pools = new WeakMap<Network, Map<string, Pool>>();

/** The connections that requests to `url` may go over. */
export function poolFor(url: URL, network: Network): Pool {
  const isProxied = proxyFor(url, network.proxies) !== undefined;
  const isPlain = network.tls === undefined && network.socketPath === undefined && !isProxied;
  return poolOf(isPlain ? PLAIN_NETWORK : network, url, isProxied);
}

function poolOf(network: Network, url: URL, isProxied: boolean): Pool {
  const ofNetwork = pools.get(network) ?? new Map<string, Pool>();
  pools.set(network, ofNetwork);
  const terms = `${url.protocol} ${isProxied}`;
  const pool = ofNetwork.get(terms) ?? createPool(network, url);
  ofNetwork.set(terms, pool);
  return pool;
}

function createPool(network: Network, url: URL): Pool {
  const { lookup } = processNames;
  const options = { lookup, ...optionsOf(network, url) };
  return {
    // An idle socket is dropped before most servers drop it (Node's own waits 5 s): a request that
    // meets a closing socket is lost, and a POST must not be sent again. No cap on sockets in use:
    // every open event stream holds one, and the default of 256 would stall the next request.
    keeping: createAgent(network, url, {
      ...options,
      keepAlive: true,
      maxFreeSockets: 256,
      timeout: 4000,
    }),
    fresh: createAgent(network, url, { ...options, keepAlive: false }),
  };
}

function optionsOf({ socketPath, tls }: Network, { protocol }: URL): AgentOptions {
  const ofPlace: AgentOptions & { socketPath?: string } =
    socketPath === undefined ? {} : { socketPath };
  // Without it, Node works out a name for TLS on each request.
  if (protocol === 'http:') return { ...ofPlace, servername: '' };
  return {
    ...ofPlace,
    // A session that is resumed shows no certificate: one that is not valid any more would be accepted.
    maxCachedSessions: 0,
    ...(tls?.secureContext && { secureContext: tls.secureContext }),
    ...(tls?.servername !== undefined && { servername: tls.servername }),
    ...(tls?.acceptsInvalidCertificates && { rejectUnauthorized: false }),
  };
}

function createAgent({ proxies }: Network, url: URL, options: AgentOptions): HttpAgent {
  const proxy = proxyFor(url, proxies);
  if (url.protocol === 'http:') {
    return proxy === undefined ? new PlainAgent(options) : new ForwardingAgent(proxy, options);
  }
  return proxy === undefined ? directAgent(options) : tunnellingAgent(proxy, options);
}

/**
 * Drops the headers from the options of a request: Node keeps these options as long as the connection lasts.
 */
class PlainAgent extends nodeHttp.Agent {
  override createConnection(options: ClientRequestArgs): Duplex | null | undefined {
    options.headers = undefined;
    return super.createConnection(options);
  }
}

/** Connects to the proxy. Each request names the target. */
class ForwardingAgent extends nodeHttp.Agent {
  readonly #proxy: HttpProxy;

  constructor(proxy: HttpProxy, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(): Duplex {
    return connectToProxy(this.#proxy);
  }
}
