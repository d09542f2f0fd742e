import type { IncomingHttpHeaders } from 'node:http';

/**
 * The session id in the headers of a request or an answer. An empty field is no id: an id has one
 * visible ASCII character at least.
 *
 * @see MCP, Streamable HTTP, "Session Management"
 */
export function sessionIdIn(
  headers: IncomingHttpHeaders | Readonly<Record<string, unknown>>,
): string | undefined {
  return headers['mcp-session-id']?.toString() || undefined;
}
