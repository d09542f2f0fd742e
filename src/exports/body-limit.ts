import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import type { Size } from '../options/size.ts';
import { limitBodies } from '../slots/body-limit/body-limit.ts';
import { CountedBodies } from '../slots/body-limit/budget.ts';
import { type BodyLimitOptions, readBodyLimits } from '../slots/body-limit/options.ts';
import { standAlone } from '../slots/stand-alone.ts';
import { failureWarningAlone } from '../warnings/failure.ts';

export type { BodyLimitOptions } from '../slots/body-limit/options.ts';

/**
 * Refuses a request body larger than allowed with 413: by its `Content-Length` before a byte is read, by
 * count while it streams where no length was declared. The code that reads the body never gets a byte over
 * the limit, nor the end of the body. Where a policy or a limit behind it reads bodies, `total` and
 * `perCaller` bound how much of them is held at once, until their requests are answered: 503 above that.
 *
 * @param limit - The largest body, in bytes or as a size like `'4mb'`; or {@link BodyLimitOptions}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for what is no size, and for sizes that contradict each other.
 * @see RFC 9110 sections 15.5.14 and 15.6.4
 *
 * @example From `examples/a-la-carte.ts`:
 * ```ts
 * app.use('/mcp', bodyLimit('1mb'));
 * ```
 */
export function bodyLimit(limit: Size | BodyLimitOptions): Middleware {
  const limits = checkConfig('bodyLimit', (problems) => readBodyLimits(problems, limit));
  const run = limitBodies(limits.body, { budget: new CountedBodies(limits), isAdded: true });
  return standAlone(failureWarningAlone('bodyLimit'), run);
}

isFactory('bodyLimit', bodyLimit);
