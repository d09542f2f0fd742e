import type { IncomingMessage } from 'node:http';
import { readAddress } from '../../lib/address.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { isThenable } from '../../lib/thenable.ts';

/** A request as Express extends it; outside of Express nothing of this is there. */
interface ExpressRequest extends IncomingMessage {
  readonly app?: { get?(name: 'trust proxy fn'): unknown };
  /** The addresses in `X-Forwarded-For`, as far back as trusted proxies wrote them. */
  readonly ips?: unknown;
}

/** Whether the other end of the connection is a proxy that the app's `trust proxy` names. */
export function isTrustedPeer(req: ExpressRequest): boolean {
  const trusts = req.app?.get?.('trust proxy fn');
  const answer = typeof trusts === 'function' && trusts(req.socket.remoteAddress, 0);
  // Express calls the function as well and takes a promise for a yes.
  if (!isThenable(answer)) return Boolean(answer);
  notAwaited(answer);
  throw new TypeError("The app's function for 'trust proxy' is async; it has to answer at once");
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
