import type { RequestContext } from '../context.ts';

/**
 * Whether the request asks what the server speaks; its header says so where the body was not read. Clients
 * take some refusals of it as a sign of a server of the legacy era, and stay with that era.
 */
export function isProbe({ mcp, headers }: RequestContext): boolean {
  const method = mcp === undefined ? headers['mcp-method'] : mcp.messages[0]?.method;
  return method === 'server/discover';
}
