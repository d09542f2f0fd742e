import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { contextOf, type RequestContext } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import type { McpMessage } from '../mcp/message.ts';
import { judge, type Verdict } from '../policies/judge.ts';
import type { EnforcedPolicy, PolicyContext } from '../policies/policy.ts';

/** How refusals by policy are told. */
export type DenyAs = 'http' | 'jsonrpc';

/**
 * Lets a request pass when every policy allows every message in it, and refuses it with 403
 * otherwise. The messages have to be read before.
 */
export function enforcePolicies(policies: readonly EnforcedPolicy[], denyAs: DenyAs): Middleware {
  return function enforcePoliciesMiddleware(req, res, next) {
    findDenial(policies, contextOf(req))
      .then((denial) => {
        if (denial === undefined) next();
        else refuse(req, res, denial, denyAs);
      })
      .catch(next);
  };
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  { policy, verdict }: Denial,
  denyAs: DenyAs,
): void {
  answerError(req, res, 'policy_denied', {
    message: verdict.message ?? policy.message,
    policy: policy.name,
    detail: verdict.reason,
    cause: verdict.failure,
    asResult: denyAs === 'jsonrpc',
  });
}

interface Denial {
  readonly policy: EnforcedPolicy;
  readonly verdict: Verdict;
}

async function findDenial(
  policies: readonly EnforcedPolicy[],
  context: RequestContext,
): Promise<Denial | undefined> {
  for (const message of context.mcp?.messages ?? []) {
    const ctx = policyContext(context, message);
    for (const policy of policies) {
      const verdict = await judge(policy, ctx);
      if (verdict.allow) continue;
      if (!policy.isShadow) return { policy, verdict };
      context.observation?.shadowed({ policy: policy.name, detail: verdict.reason });
    }
  }
  return undefined;
}

function policyContext({ req, ip, headers }: RequestContext, message: McpMessage): PolicyContext {
  const sessionId = sessionOf(req);
  const mcp = Object.freeze({ __proto__: null, ...message, sessionId });
  return Object.freeze({ __proto__: null, mcp, ip, headers, req });
}

function sessionOf({ headers }: IncomingMessage): string | undefined {
  return headers['mcp-session-id']?.toString();
}
