import type { IncomingMessage } from 'node:http';
import { isTrustedPeer } from './trusted-peer.ts';

/**
 * The client's address: Express's, which follows `trust proxy`; without Express the socket's, empty once
 * that is gone.
 *
 * @throws {unknown} what the app's function for `trust proxy` throws, or a `TypeError` where it is async.
 */
export function clientAddress(req: IncomingMessage & { readonly ip?: unknown }): string {
  // Express takes a promise for a yes, and any client could say what its address is.
  if (req.headers['x-forwarded-for'] !== undefined) isTrustedPeer(req);
  const { ip, socket } = req;
  return typeof ip === 'string' ? ip : (socket.remoteAddress ?? '');
}
