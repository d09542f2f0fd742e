import type { RequestContext } from '../context.ts';

/**
 * Whether the request asks what the server speaks; as its header says, where the body was not read.
 * Some refusals of that tell clients that the server is of the legacy era, and they stay with it.
 */
export function isProbe({ mcp, headers }: RequestContext): boolean {
  const method = mcp === undefined ? headers['mcp-method'] : mcp.messages[0]?.method;
  return method === 'server/discover';
}
