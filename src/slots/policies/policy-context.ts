import type { RequestContext } from '../../context.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { PolicyContext, RequestPolicyContext } from './policy.ts';

/** What policies are shown of a message that came with, or for, this request. */
export function policyContext(context: RequestContext, message: McpMessage): PolicyContext;
/** What policies on requests are shown: the request may have no message. */
export function policyContext(
  context: RequestContext,
  message: McpMessage | undefined,
): RequestPolicyContext;
export function policyContext(
  context: RequestContext,
  message: McpMessage | undefined,
): RequestPolicyContext {
  const { req, ip, headers, principal } = context;
  const { sessionId } = context;
  const mcp = message && Object.freeze({ __proto__: null, ...message, sessionId });
  return Object.freeze({ __proto__: null, mcp, principal, ip, headers, req });
}

/**
 * The same for the policies of this package that go by a name. The message is neither copied nor frozen,
 * because they change nothing, and they need no session.
 */
export function ownPolicyContext(
  context: RequestContext,
  message: McpMessage,
): RequestPolicyContext {
  const { req, ip, headers, principal } = context;
  return { mcp: message as PolicyContext['mcp'], principal, ip, headers, req };
}
