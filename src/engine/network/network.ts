import type { SecureContext } from 'node:tls';

/** TLS towards an upstream, where it is not as Node has it by default. */
export interface TlsSettings {
  /** Authorities, certificate and key, read once for all connections; undefined where none is given. */
  readonly secureContext: SecureContext | undefined;
  /** Whose certificate it has to be, in place of the target's host. */
  readonly servername: string | undefined;
  readonly acceptsInvalidCertificates: boolean;
  /** Of all that it was read from: the same for the same options. */
  readonly fingerprint: string;
}

/** An HTTP proxy, and how to get there. */
export interface HttpProxy {
  /** Whether it is spoken to over TLS. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** For `Proxy-Authorization`: a secret of the proxy's, which nobody else may get. */
  readonly authorization: string | undefined;
}

/** Through which proxy requests to a target of either protocol go. */
export interface Proxies {
  readonly 'http:'?: HttpProxy | undefined;
  readonly 'https:'?: HttpProxy | undefined;
  /** Whom requests go to directly, as in `NO_PROXY`. */
  readonly exceptions: readonly string[];
}

/** What carries the requests of one gateway to its upstreams. */
export interface Network {
  readonly tls: TlsSettings | undefined;
  /** A Unix socket in place of the target's host and port. */
  readonly socketPath: string | undefined;
  readonly proxies: Proxies;
}

/** As Node has it by default. All gateways for which nothing else is set share its connections. */
export const PLAIN_NETWORK: Network = {
  tls: undefined,
  socketPath: undefined,
  proxies: { exceptions: [] },
};

/** The name of a host as sockets take it: without the brackets of an IPv6 address in a URL. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The port of a URL, also where it is that of the protocol. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
}
