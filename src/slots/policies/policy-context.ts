import type { RequestContext } from '../../context.ts';
import type { McpMessage } from '../../mcp/message/message.ts';
import type { PolicyContext, RequestPolicyContext } from './policy.ts';

/** What policies are shown of a message that came with, or for, this request. */
export function policyContext(context: RequestContext, message: McpMessage): PolicyContext;
/** What those are shown that are asked about the request, which may have no message. */
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

/** The same for the policies of this package that go by a name, which change nothing, and need no session. */
export function ownPolicyContext(
  context: RequestContext,
  message: McpMessage,
): RequestPolicyContext {
  const { req, ip, headers, principal } = context;
  return { mcp: message as PolicyContext['mcp'], principal, ip, headers, req };
}
