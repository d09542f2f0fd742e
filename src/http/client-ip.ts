import type { IncomingMessage } from 'node:http';

/**
 * The client's address: Express's `req.ip`, which follows the app's `trust proxy` setting, or the
 * socket's where there is no Express. Empty when the socket is already gone.
 */
export function clientIp(req: IncomingMessage & { ip?: unknown }): string {
  return typeof req.ip === 'string' ? req.ip : (req.socket.remoteAddress ?? '');
}
