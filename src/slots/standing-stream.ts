import type { RequestContext } from '../context.ts';

/** The request whose answer is a stream that stays open (MCP 2026-07-28, "Subscriptions"). */
const LISTEN = 'subscriptions/listen';

/** Whether the answer, if it is an event stream, may stay open for ever: no call is answered by its end. */
export function mayStayOpen({ req, mcp }: RequestContext): boolean {
  const isListening = mcp?.messages.some(({ method }) => method === LISTEN);
  return req.method === 'GET' || (isListening ?? req.headers['mcp-method'] === LISTEN);
}
