import { type HttpProxy, hostOf, type Proxies, portOf } from '../../engine/network/network.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import { isEnvProxyUsed } from './env-proxy.ts';

/** An HTTP proxy towards the upstream: its URL, `'env'` for what the environment says, or none. */
export type ProxyOption = string | URL | false;

type Protocol = 'http:' | 'https:';

/**
 * Reads the option, and with `'env'` the environment as it is now. `protocols` are those of the targets:
 * what the environment says of others does not matter.
 */
export function readProxy(
  problems: ConfigProblems,
  option: ProxyOption | undefined,
  protocols: ReadonlySet<string>,
): Proxies {
  const value = option === undefined ? isEnvProxyUsed() && 'env' : option;
  if (value === false) return { exceptions: [] };
  if (value === 'env') return readEnvironment(problems, protocols);
  const proxy = readProxyUrl(value);
  if (proxy === undefined) problems.addSecret(value, `${PROXY_URL}, 'env' or false`);
  return { 'http:': proxy, 'https:': proxy, exceptions: [] };
}

const PROXY_URL = "a proxy's URL, like 'http://proxy.example:3128'";

/** Reads the environment as Node does: names in lower case come first. */
function readEnvironment(problems: ConfigProblems, protocols: ReadonlySet<string>): Proxies {
  const { env } = process;
  const read = (protocol: Protocol, ...names: [string, string]): HttpProxy | undefined => {
    const name = names.find((one) => env[one]);
    if (name === undefined || !protocols.has(protocol)) return undefined;
    const proxy = readProxyUrl(env[name]);
    if (proxy === undefined) {
      problems.addSecret(env[name], `${PROXY_URL} in ${name}, or proxy: false`);
    }
    return proxy;
  };
  return {
    'http:': read('http:', 'http_proxy', 'HTTP_PROXY'),
    'https:': read('https:', 'https_proxy', 'HTTPS_PROXY'),
    exceptions: (env.no_proxy || env.NO_PROXY || '').split(','),
  };
}

function readProxyUrl(value: unknown): HttpProxy | undefined {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return undefined;
  const authorization = basicOf(url);
  if (authorization === INVALID) return undefined;
  return {
    isSecure: url.protocol === 'https:',
    host: hostOf(url),
    port: portOf(url),
    authorization,
  };
}

const INVALID = Symbol();

/** The value of `Proxy-Authorization` (RFC 7617); undefined without credentials. */
function basicOf({ username, password }: URL): string | undefined | typeof INVALID {
  if (username === '' && password === '') return undefined;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    return INVALID;
  }
}
