import type { IncomingMessage } from 'node:http';
import { readAddress } from '../../lib/address.ts';

/** A request as Express extends it; outside of Express nothing of this is there. */
interface ExpressRequest extends IncomingMessage {
  /** The addresses in `X-Forwarded-For`, as far back as trusted proxies wrote them. */
  readonly ips?: unknown;
}

/**
 * The `X-Forwarded-For` that is true as far as anybody here can know: the hops that trusted proxies
 * vouch for, where the peer is one, as far as they are addresses, and the address this connection
 * comes from. Undefined where that is none.
 */
export function trustedHops(req: ExpressRequest, isTrusted: boolean): string | undefined {
  const told: unknown[] = isTrusted && Array.isArray(req.ips) ? req.ips : [];
  // A proxy may pass on what is no address, as it came from the client.
  const before = told.filter((hop) => typeof hop === 'string' && readAddress(hop) !== undefined);
  const { remoteAddress } = req.socket;
  const peer = remoteAddress && (readAddress(remoteAddress)?.text ?? remoteAddress);
  return [...before, peer].filter(Boolean).join(', ') || undefined;
}
