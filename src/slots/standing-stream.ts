import type { RequestContext } from '../context.ts';
import { LISTEN_METHOD } from '../mcp/message/listen-method.ts';

/** Whether the answer, if it is an event stream, may stay open for ever: no call is answered by its end. */
export function mayStayOpen({ req, mcp }: RequestContext): boolean {
  const isListening = mcp?.messages.some(({ method }) => method === LISTEN_METHOD);
  return req.method === 'GET' || (isListening ?? req.headers['mcp-method'] === LISTEN_METHOD);
}
