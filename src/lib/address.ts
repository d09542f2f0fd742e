import { isIP, SocketAddress } from 'node:net';

/** An IP address in the one spelling that is compared; one that IPv6 maps from IPv4 is IPv4. */
export interface Address {
  readonly text: string;
  readonly family: 'ipv4' | 'ipv6';
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** An IPv4 address as sockets give it, with the prefix where a socket is for both families. */
const PLAIN_IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/;

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;

/** An address, and the zone from which it is seen (RFC 4007 section 11): `fe80::1%eth0`. */
const WITH_ZONE = /^([^%]*)(%[\w.:~-]+)?$/;

/** Addresses of one link, which mean something together with their zone only (RFC 4291 section 2.5.6). */
const LINK_LOCAL = /^fe[89ab]/;

/**
 * Reads an address in any of its spellings; undefined where it is none. A zone is no part of an
 * address. Only one of a link can have one, so that `192.0.2.1%1` is no address.
 */
export function readAddress(text: string): Address | undefined {
  // Most addresses are plain IPv4. The patterns below take eight times as long.
  const [, plain = ''] = PLAIN_IPV4.exec(text) ?? [];
  if (isIP(plain) === 4) return { text: plain, family: 'ipv4' };
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  const [, bare = '', zone] = WITH_ZONE.exec(bracketed ?? dotted ?? text) ?? [];
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return zone === undefined ? { text: bare, family: 'ipv4' } : undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  if (zone !== undefined && !LINK_LOCAL.test(address)) return undefined;
  const [, mapped] = MAPPED.exec(address) ?? [];
  return mapped === undefined
    ? { text: address, family: 'ipv6' }
    : { text: mapped, family: 'ipv4' };
}
