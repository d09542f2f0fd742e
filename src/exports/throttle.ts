import { chain } from '../http/chain.ts';
import type { Middleware } from '../http/middleware.ts';
import { Kept } from '../kept.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { contain } from '../slots/contain.ts';
import { readMessageAlone } from '../slots/message/read-alone.ts';
import type { Limit } from '../slots/rate-limit/limit.ts';
import { readLimits } from '../slots/rate-limit/options.ts';
import { countersFor, enforceLimits } from '../slots/rate-limit/rate-limit.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { awaitTurn } from '../slots/turn.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

/**
 * Limits by themselves: refuses with 429 what is over one of them. Where one needs the message, it
 * reads the body, at most 4 MB of it, and leaves the bytes in `req.rawBody`, which an `mcpProxy`
 * behind it sends on, and what they say in `req.body`; a request with an id that such a limit refuses
 * gets 200 with the JSON-RPC error.
 *
 * @param limits - One, or several of which all have to allow; see {@link Limit}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for anything that is no limit.
 * @see RFC 6585 section 4
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', throttle({ limit: 100, window: '1m', by: 'user' }));
 * ```
 */
export function throttle(limits: Limit | readonly Limit[]): Middleware {
  const { early, late, need } = checkConfig('throttle', (problems) => readLimits(problems, limits));
  const kept = new Kept();
  const run = chain([
    awaitTurn(),
    enforceLimits(countersFor(early, kept), { asResult: false }),
    need && readMessageAlone(need),
    enforceLimits(countersFor(late, kept), { asResult: true }),
  ]);
  return standAlone(failureWarningAlone('throttle'), contain(run));
}

isFactory('throttle', throttle);
