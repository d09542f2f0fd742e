import type { IncomingMessage } from 'node:http';
import { notAwaited } from '../lib/not-awaited.ts';
import { isThenable } from '../lib/thenable.ts';

/**
 * Whether the other end of the connection is a proxy that the app's `trust proxy` names.
 *
 * @throws {TypeError} where that is an async function.
 */
export function isTrustedPeer(
  req: IncomingMessage & { readonly app?: { get?(name: 'trust proxy fn'): unknown } },
): boolean {
  const trusts = req.app?.get?.('trust proxy fn');
  const answer = typeof trusts === 'function' && trusts(req.socket.remoteAddress, 0);
  // Express calls the function as well and takes a promise for a yes.
  if (!isThenable(answer)) return Boolean(answer);
  notAwaited(answer);
  throw new TypeError("The app's function for 'trust proxy' is async; it has to answer at once");
}
