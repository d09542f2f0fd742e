import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { hasBody } from './framing.ts';

/** The answer after which a connection closes. */
const lastAnswers = new WeakMap<Socket, ServerResponse>();

/** Closes the connection after the answer to this request, which has not begun. */
export function makeLastRequest(req: IncomingMessage, res: ServerResponse): void {
  lastAnswers.set(req.socket, res);
  res.setHeader('Connection', 'close');
}

/**
 * The same for a request with a body that is refused for what its head says: other parsers may disagree about
 * where the body ends, even where all of it has come meanwhile.
 */
export function closeBehindBody(req: IncomingMessage, res: ServerResponse): void {
  if (hasBody(req)) makeLastRequest(req, res);
}

/**
 * Whether the request came on a connection that an earlier answer has closed. Node still hands it
 * over where the client had sent it in advance; it must not be processed (RFC 9112 section 9.6).
 */
export function isAfterLastRequest(req: IncomingMessage, res: ServerResponse): boolean {
  const last = lastAnswers.get(req.socket);
  if (last === undefined || last === res) return false;
  // A request that is under way while the last answer still waits for its turn is an earlier one.
  return res.socket === null || last.socket !== null || last.writableFinished;
}
