import type { IncomingMessage } from 'node:http';
import { readAddress } from '../../lib/address.ts';

/** A request as Express extends it; outside of Express nothing of this is there. */
interface ExpressRequest extends IncomingMessage {
  /** The addresses in `X-Forwarded-For`, as far back as trusted proxies wrote them. */
  readonly ips?: unknown;
}

/**
 * The `X-Forwarded-For` that this process can vouch for: the hops that trusted proxies report, where the peer
 * is such a proxy and as far as they are addresses, and the address that this connection comes from.
 * Undefined where there is none of these.
 */
export function trustedHops(req: ExpressRequest, isTrusted: boolean): string | undefined {
  const told: unknown[] = isTrusted && Array.isArray(req.ips) ? req.ips : [];
  // A proxy may pass on a text that is no address, as the client sent it.
  const before = told.filter((hop) => typeof hop === 'string' && readAddress(hop) !== undefined);
  const { remoteAddress } = req.socket;
  const peer = remoteAddress && (readAddress(remoteAddress)?.text ?? remoteAddress);
  return [...before, peer].filter(Boolean).join(', ') || undefined;
}
