import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const closing = new WeakSet<Socket>();

/** Closes the connection after the answer to this request, which has not begun. */
export function makeLastRequest(req: IncomingMessage, res: ServerResponse): void {
  closing.add(req.socket);
  res.setHeader('Connection', 'close');
}

/**
 * Whether the request came on a connection that an earlier answer has closed. Node still hands it
 * over where the client had sent it in advance; it must not be processed (RFC 9112 section 9.6).
 */
export function isAfterLastRequest(req: IncomingMessage): boolean {
  return closing.has(req.socket);
}
