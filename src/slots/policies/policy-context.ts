import type { RequestContext } from '../../context.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { PolicyContext } from './policy.ts';

/** What policies are shown of a message that came with, or for, this request. */
export function policyContext(context: RequestContext, message: McpMessage): PolicyContext {
  const { req, ip, headers, principal } = context;
  const { sessionId } = context;
  const mcp = Object.freeze({ __proto__: null, ...message, sessionId });
  return Object.freeze({ __proto__: null, mcp, principal, ip, headers, req });
}
