import { Challenge } from './auth/challenge.ts';
import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import { awaitTurn } from './middleware/await-turn.ts';
import { ownBodyLimit } from './middleware/body-limit.ts';
import { contain } from './middleware/contain.ts';
import { enforcePolicies } from './middleware/enforce-policies.ts';
import { headLimits } from './middleware/head-limits.ts';
import { leaveBody } from './middleware/leave-body.ts';
import { readMessage } from './middleware/read-message.ts';
import { checkConfig } from './options/config-problems.ts';
import { type Policy, readPolicies } from './policies/policy.ts';

export { requireScopes } from './policies/require-scopes.ts';
export { allowTools, denyTools } from './policies/tools.ts';

/**
 * Policies by themselves: lets a request pass when all of them allow every message in it. It reads
 * the body, at most 4 MB of it, and leaves the bytes in `req.rawBody`, which an `mcpProxy` behind it
 * sends on, and what they say in `req.body`. A request with an id that is refused gets 200 with the
 * JSON-RPC error, what has no id gets 403.
 *
 * @param policies - See {@link Policy}.
 * @throws {GatewayConfigError} without a policy, or for one that is none.
 */
export function policy(...policies: Policy[]): Middleware {
  const enforced = checkConfig((problems) => readPolicies(problems, '', policies));
  const run = chain([
    awaitTurn(),
    headLimits(),
    ownBodyLimit(),
    readMessage({ seesArguments: enforced.some(({ seesArguments }) => seesArguments) }),
    leaveBody(),
    enforcePolicies(enforced, { denyAs: 'jsonrpc', challenge: new Challenge([], undefined) }),
  ]);
  return contain(run);
}
