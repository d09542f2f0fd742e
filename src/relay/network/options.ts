import { type Network, PLAIN_NETWORK } from '../../engine/network/network.ts';
import { proxyFor } from '../../engine/network/proxy-for.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { TargetPlans } from '../../targets/read-target.ts';
import { type ProxyOption, readProxy } from './proxy.ts';
import { readTls, type TlsOptions } from './tls.ts';

/** What is between the gateway and its upstream. */
export interface NetworkOptions {
  /** TLS towards an upstream at `https:`. Default: as Node has it. */
  tls?: TlsOptions | false;
  /**
   * An HTTP proxy towards the upstream: its URL (`http:` or `https:`, with credentials where it asks for
   * them), or `'env'` for `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as they are at construction. A target at `https:`
   * is reached through a tunnel (`CONNECT`), so that the proxy sees nothing of the messages; one at `http:` is
   * not. Default: `'env'` where Node is told to use it (`NODE_USE_ENV_PROXY=1`), else `false`.
   */
  proxy?: ProxyOption;
  /** The path of a Unix socket in place of the target's host and port. Default: none. */
  socketPath?: string | false;
}

/** The keys of {@link NetworkOptions}. */
export const NETWORK_OPTIONS = ['tls', 'proxy', 'socketPath'] as const;

/** Reads the options; `place` is undefined where something is wrong with the targets already. */
export function readNetworkOptions(
  problems: ConfigProblems,
  options: NetworkOptions,
  place: TargetPlans | undefined,
): Network {
  const { tls = false, socketPath = false } = options;
  if (place?.handler !== undefined) {
    refuseWithHandler(problems, options);
    return PLAIN_NETWORK;
  }
  const protocols = new Set(place?.targets.map(({ url }) => url.protocol));
  const settings = tls === false ? undefined : readTls(problems.at('tls'), tls);
  if (tls !== false && protocols.has('http:')) {
    problems.at('tls').addSecret(tls, 'a target at https:, or no tls', 'conflict');
  }
  if (socketPath !== false && !isPath(socketPath)) {
    problems.at('socketPath').add(socketPath, "the path of a Unix socket, like '/run/mcp.sock'");
  }
  if (socketPath !== false && (place?.targets.length ?? 0) > 1) {
    problems
      .at('socketPath')
      .add(socketPath, 'one target: all of them would be behind this socket');
  }
  if (socketPath !== false && options.proxy !== undefined && options.proxy !== false) {
    problems
      .at('proxy')
      .addSecret(options.proxy, 'no proxy: socketPath is in this machine', 'conflict');
  }
  return {
    tls: settings,
    socketPath: socketPath === false ? undefined : socketPath,
    proxies: readProxy(
      problems.at('proxy'),
      socketPath === false ? options.proxy : false,
      protocols,
    ),
  };
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function refuseWithHandler(problems: ConfigProblems, options: NetworkOptions): void {
  for (const name of NETWORK_OPTIONS) {
    const value = options[name];
    if (value === undefined || value === false) continue;
    problems
      .at(name)
      .addSecret(value, 'nothing: the target is a handler in this process', 'conflict');
  }
}

/** Whether a proxy sees the requests themselves, and writes `Host` anew (RFC 9112 section 3.2.2). */
export function isForwarded({ targets }: TargetPlans, { proxies }: Network): boolean {
  return targets.some(({ url }) => url.protocol === 'http:' && proxyFor(url, proxies));
}
