import type { SecureContext } from 'node:tls';

/** Settings of TLS towards an upstream that differ from Node's defaults. */
export interface TlsSettings {
  /** Authorities, certificate and key, read once for all connections; undefined where none is given. */
  readonly secureContext: SecureContext | undefined;
  /** The name that the certificate has to be for, in place of the target's host. */
  readonly servername: string | undefined;
  readonly acceptsInvalidCertificates: boolean;
  /** A hash of the options: the same for the same options. */
  readonly fingerprint: string;
}

/** An HTTP proxy, and how to get there. */
export interface HttpProxy {
  /** Whether the gateway connects to it over TLS. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`: a secret of the proxy's, which no other server may get. */
  readonly authorization: string | undefined;
}

/** Through which proxy requests to a target of either protocol go. */
export interface Proxies {
  readonly 'http:'?: HttpProxy | undefined;
  readonly 'https:'?: HttpProxy | undefined;
  /** The hosts that requests go to directly, as in `NO_PROXY`. */
  readonly exceptions: readonly string[];
}

/** What carries the requests of one gateway to its upstreams. */
export interface Network {
  readonly tls: TlsSettings | undefined;
  /** A Unix socket in place of the target's host and port. */
  readonly socketPath: string | undefined;
  readonly proxies: Proxies;
}

/** A network with Node's defaults. All gateways for which nothing else is set share its connections. */
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
