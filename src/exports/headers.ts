import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import type { HeaderRules } from '../slots/headers/header-rules.ts';
import { editHeaders } from '../slots/headers/headers.ts';
import { readHeaderRules } from '../slots/headers/options.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { awaitTurn } from '../slots/turn.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

export type { ComputedHeader, HeaderRules, HeaderValue } from '../slots/headers/header-rules.ts';

/**
 * Decides which headers the relay behind it sends upstream and back. A field of the answer that holds
 * a secret value of `set` is dropped; `secret` says which values are secret.
 *
 * @param rules - See {@link HeaderRules}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for a name or value that cannot be a header, and for one that frames
 * or routes the message (`Host`, `Content-Length`, `Connection`, ...).
 * @see RFC 9110 section 7.6
 *
 * @example From `examples/a-la-carte.ts`:
 * ```ts
 * app.use('/mcp', injectHeaders({ set: { 'X-Api-Key': process.env.UPSTREAM_KEY } }));
 * ```
 */
export function injectHeaders(rules: HeaderRules): Middleware {
  const settings = checkConfig('injectHeaders', (problems) => readHeaderRules(problems, rules));
  const run = chain([awaitTurn(), editHeaders(settings)]);
  return standAlone(failureWarningAlone('injectHeaders'), run);
}

isFactory('injectHeaders', injectHeaders);
