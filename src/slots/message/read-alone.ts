import { chain } from '../../http/chain.ts';
import type { Middleware } from '../../http/middleware.ts';
import { limitBodies } from '../body-limit/body-limit.ts';
import { CountedBodies } from '../body-limit/budget.ts';
import { bodyLimitsWith } from '../body-limit/options.ts';
import type { BodyNeed } from '../body-need.ts';
import { headLimits } from '../head.ts';
import { leaveBody } from './leave-body.ts';
import { readMessage, rulesFor } from './message.ts';

/**
 * Reads the message of a request outside of a gateway, with the default limits. A `bodyLimit` in front
 * bounds what is held instead.
 */
export function readMessageAlone(need: BodyNeed): Middleware {
  const limits = bodyLimitsWith();
  const budget = new CountedBodies(limits);
  return chain([
    headLimits(),
    limitBodies(limits.body, { budget, isAdded: false }),
    readMessage(rulesFor(need)),
    leaveBody(),
  ]);
}
