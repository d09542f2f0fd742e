import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import type { Limit } from './limits/limit.ts';
import { readLimits } from './limits/read-limits.ts';
import { awaitTurn } from './middleware/await-turn.ts';
import { ownBodyLimit } from './middleware/body-limit.ts';
import { contain } from './middleware/contain.ts';
import { enforceLimits } from './middleware/enforce-limits.ts';
import { headLimits } from './middleware/head-limits.ts';
import { leaveBody } from './middleware/leave-body.ts';
import { readMessage } from './middleware/read-message.ts';
import { checkConfig } from './options/config-problems.ts';

/**
 * Limits by themselves: refuses with 429 what is over one of them. Where one needs the message, it
 * reads the body, at most 4 MB of it, and leaves the bytes in `req.rawBody`, which an `mcpProxy`
 * behind it sends on, and what they say in `req.body`; a request with an id that such a limit refuses
 * gets 200 with the JSON-RPC error.
 *
 * @param limits - One, or several of which all have to allow; see {@link Limit}.
 * @throws {GatewayConfigError} for what is none.
 * @see RFC 6585 section 4
 */
export function throttle(limits: Limit | readonly Limit[]): Middleware {
  const { early, late, needsMessage, seesArguments } = checkConfig((problems) =>
    readLimits(problems, '', limits),
  );
  const run = chain([
    awaitTurn(),
    enforceLimits(early, { asResult: false }),
    ...(needsMessage
      ? [headLimits(), ownBodyLimit(), readMessage({ seesArguments }), leaveBody()]
      : []),
    enforceLimits(late, { asResult: true }),
  ]);
  return contain(run);
}
