import { SocketAddress } from 'node:net';
import { readAddress } from './address.ts';

/** An IPv4 address in the form that IPv6 once had for it (RFC 4291 section 2.5.5.1). */
const COMPATIBLE = /^::(\d+\.\d+\.\d+\.\d+)$/;

/**
 * One text for each address; for IPv6 one for each /56, because that is what one customer gets. The text is
 * that of `ipKeyGenerator` of express-rate-limit, so that counts in shared stores go on. It is made here
 * without that library, which only limits need.
 */
export function addressKey(ip: string): string {
  const address = readAddress(ip);
  if (address === undefined) return 'unknown';
  if (address.family === 'ipv4') return address.text;
  const [, compatible] = COMPATIBLE.exec(address.text) ?? [];
  return compatible ?? `${networkOf(address.text)}/56`;
}

/** The first 56 bits: three groups and the upper half of the fourth. */
function networkOf(text: string): string {
  const [head = '', tail] = text.split('::');
  const before = head.split(':');
  const after = tail?.split(':') ?? [];
  // Where '::' stands for many groups, those behind it may be among the first four.
  const groups = [
    ...before,
    ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'),
    ...after,
  ];
  const [first, second, third, fourth] = groups.map((group) => Number.parseInt(group || '0', 16));
  const network = [first, second, third, (fourth ?? 0) & 0xff00].map((group) =>
    group?.toString(16),
  );
  return new SocketAddress({ address: `${network.join(':')}::`, family: 'ipv6' }).address;
}
