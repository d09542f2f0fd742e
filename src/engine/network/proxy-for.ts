import { BlockList, isIP } from 'node:net';
import { type HttpProxy, hostOf, type Proxies, portOf } from './network.ts';

/** The proxy through which requests to `url` go; undefined where they go directly. */
export function proxyFor(url: URL, proxies: Proxies): HttpProxy | undefined {
  const proxy = proxies[url.protocol as 'http:' | 'https:'];
  if (proxy === undefined) return undefined;
  const host = hostOf(url);
  const isException = proxies.exceptions.some((entry) => matches(entry, host, portOf(url)));
  return isException ? undefined : proxy;
}

/**
 * One entry of `NO_PROXY`, read as Node reads it (`lib/internal/http.js`): `*`, a host with or without
 * a port, `.suffix` for a domain and all below it, `*.suffix` for what is below it, `first-last` for a
 * range of addresses. An IPv6 address may stand in brackets.
 */
function matches(written: string, host: string, port: number): boolean {
  const entry = written.trim().toLowerCase();
  if (entry === '*') return true;
  if (entry === host || entry === `[${host}]`) return true;
  if (entry === `${host}:${port}` || entry === `[${host}]:${port}`) return true;
  if (entry.startsWith('.')) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith('*.')) return host.endsWith(entry.slice(1));
  return isInRange(entry, host);
}

function isInRange(entry: string, host: string): boolean {
  const [first = '', last = '', ...others] = entry.split('-').map((address) => address.trim());
  const version = isIP(host);
  if (version === 0 || others.length > 0) return false;
  if (isIP(first) !== version || isIP(last) !== version) return false;
  const type = version === 4 ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  try {
    range.addRange(first, last, type);
  } catch {
    // The last comes before the first: nothing is between them.
    return false;
  }
  return range.check(host, type);
}
