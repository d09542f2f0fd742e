import type { OutgoingMessage, ServerResponse } from 'node:http';
import { nodeHttp } from '../lib/built-in.ts';

/**
 * Sends the head of a message whose body is still to come. Node's `flushHeaders` writes it as UTF-8, where
 * each character stands for a byte (`_send` in `_http_outgoing.js`); an empty piece of the body takes it
 * along as it is. This calls Node's own `write`: a function that an app has put in its place may hold the
 * piece back.
 */
export function sendHead(message: Pick<OutgoingMessage, 'flushHeaders'>): void {
  const { statusCode } = message as Partial<ServerResponse>;
  const hasNoBody = statusCode === 204 || statusCode === 304;
  if (hasNoBody || !(message instanceof nodeHttp.OutgoingMessage)) message.flushHeaders();
  else nodeHttp.OutgoingMessage.prototype.write.call(message, '', 'latin1');
}
