import { isIPv6 } from 'node:net';

/** RFC 3986 section 3.2.2: an address in brackets, or a name. */
const HOST =
  /^(?:\[(?<address>[^\]]+)\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::(?<port>\d{1,5}))?$/;

/** Whether `value` can stand in `Host` (RFC 9110 section 7.2). */
export function isHostValue(value: unknown): value is string {
  const groups = typeof value === 'string' ? HOST.exec(value)?.groups : undefined;
  if (groups === undefined) return false;
  const { address, port = '' } = groups;
  return (address === undefined || isIPv6(address)) && Number(port) <= 65_535;
}
