import { isIP } from 'node:net';
import type { UpstreamRequest } from '../engine.ts';
import { type HttpProxy, hostOf, type Network } from './network.ts';
import { proxyFor } from './proxy-for.ts';

/** How requests get to a target, whichever engine sends them. */
export interface Way {
  /** The name or address, as sockets take it. */
  readonly hostname: string;
  /** The value of `Host`. */
  readonly host: string;
  readonly path: string;
  /**
   * The name for TLS; undefined without it. Node would take the name from `Host`, which may name another
   * server.
   */
  readonly servername: string | undefined;
  /** Whether a connection is there only once a proxy has opened a tunnel. */
  readonly isTunnelled: boolean;
  /**
   * The proxy, where it gets the requests themselves: their paths begin with the origin of the target.
   * Undefined elsewhere.
   */
  readonly byProxy: (HttpProxy & { readonly origin: string }) | undefined;
}

/** The way to `target` over `network`. */
export function wayTo(target: URL, network: Network): Way {
  const { protocol, pathname, search, host, origin } = target;
  const hostname = hostOf(target);
  const isSecure = protocol === 'https:';
  const proxy = proxyFor(target, network.proxies);
  return {
    hostname,
    host,
    path: pathname + search,
    servername: isSecure ? (isIP(hostname) === 0 ? hostname : '') : undefined,
    isTunnelled: isSecure && proxy !== undefined,
    byProxy: isSecure || proxy === undefined ? undefined : { origin, ...proxy },
  };
}

/**
 * Why a request cannot go this way with the `Host` that it is to have; undefined where it can. RFC 9112 section
 * 3.2.2: a proxy writes `Host` anew, from the URL that it is sent.
 */
export function hostIsLost(
  { byProxy, host }: Way,
  { host: own = host }: UpstreamRequest,
): Error | undefined {
  if (byProxy === undefined || own === host) return undefined;
  const message =
    'headers.host would be lost: the target is not https, and a proxy replaces Host there';
  return Object.assign(new Error(message), { code: 'ERR_INVALID_HOST' });
}
