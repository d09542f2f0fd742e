import { isIP } from 'node:net';
import { type HttpProxy, hostOf, type Network } from '../network/network.ts';
import { proxyFor } from '../network/proxy-for.ts';
import { type Connections, connectionsTo } from './connections.ts';

/** One target, as its requests have to know it. */
export interface UndiciUpstream {
  readonly connections: Connections;
  readonly path: string;
  readonly host: string;
  readonly servername: string;
  /** Where a proxy gets the requests, whose paths say to whom they go; undefined elsewhere. */
  readonly byProxy: (HttpProxy & { readonly origin: string }) | undefined;
}

/** What requests to `target` over `network` have to know. */
export function upstreamAt(target: URL, network: Network): UndiciUpstream {
  const { protocol, pathname, search, host, origin } = target;
  const hostname = hostOf(target);
  const isSecure = protocol === 'https:';
  const proxy = proxyFor(target, network.proxies);
  const servername = isSecure ? (isIP(hostname) === 0 ? hostname : '') : undefined;
  return {
    connections: connectionsTo(target, network, servername),
    path: pathname + search,
    host,
    servername: hostname,
    byProxy: isSecure || proxy === undefined ? undefined : { origin, ...proxy },
  };
}
