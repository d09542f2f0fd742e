import { isIP, SocketAddress } from 'node:net';

/** An IP address in the one spelling that is compared; one that IPv6 maps from IPv4 is IPv4. */
export interface Address {
  readonly text: string;
  readonly family: 'ipv4' | 'ipv6';
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
const WITH_PORT = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;

/** Reads an address in any of its spellings; undefined where it is none. */
export function readAddress(text: string): Address | undefined {
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? [];
  // A zone is where the address is seen from (RFC 4007 section 11), and no part of it.
  const bare = (bracketed ?? dotted ?? text).replace(/%.*$/s, '');
  const version = isIP(bare);
  if (version === 0) return undefined;
  if (version === 4) return { text: bare, family: 'ipv4' };
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  const [, mapped] = MAPPED.exec(address) ?? [];
  return mapped === undefined
    ? { text: address, family: 'ipv6' }
    : { text: mapped, family: 'ipv4' };
}
