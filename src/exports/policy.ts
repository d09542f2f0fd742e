import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { Challenge } from '../slots/auth/challenge.ts';
import { mostOf } from '../slots/body-need.ts';
import { contain } from '../slots/contain.ts';
import { readMessageAlone } from '../slots/message/read-alone.ts';
import { enforcePolicies } from '../slots/policies/policies.ts';
import { needOf, type Policy, readPolicies } from '../slots/policies/policy.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { awaitTurn } from '../slots/turn.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

export { requireScopes } from '../slots/policies/require-scopes.ts';
export { allowTools, denyTools } from '../slots/policies/tools.ts';

/**
 * Policies by themselves: lets a request pass when all of them allow it, or every message in it. It reads
 * the body, at most 4 MB of it, and leaves the bytes in `req.rawBody`, which an `mcpProxy` behind it
 * sends on, and what they say in `req.body`. A request with an id that is refused gets 200 with the
 * JSON-RPC error, what has no id gets 403.
 *
 * @param policies - See {@link Policy}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} without a policy, or for anything that is no policy.
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use(
 *   '/mcp',
 *   policy({
 *     name: 'small refunds',
 *     check: ({ mcp }) => mcp.name !== 'refund' || Number(mcp.arguments?.amount) <= 100,
 *   }),
 * );
 * ```
 */
export function policy(...policies: Policy[]): Middleware {
  const enforced = checkConfig('policy', (problems) => readPolicies(problems, policies));
  const run = chain([
    awaitTurn(),
    readMessageAlone(mostOf(enforced.map(needOf)) ?? 'message'),
    enforcePolicies(enforced, { denyAs: 'jsonrpc', challenge: new Challenge([], undefined) }),
  ]);
  return standAlone(failureWarningAlone('policy'), contain(run));
}

isFactory('policy', policy);
