import type { IncomingMessage } from 'node:http';
import { chain } from '../../http/chain.ts';
import type { Middleware } from '../../http/middleware.ts';
import { limitBodies } from '../body-limit/body-limit.ts';
import { CountedBodies } from '../body-limit/budget.ts';
import { bodyLimitsWith } from '../body-limit/options.ts';
import { type BodyNeed, mostOf } from '../body-need.ts';
import { headLimits } from '../head.ts';
import { leaveBody } from './leave-body.ts';
import { readMessage, rulesFor } from './message.ts';

/** How much was read of a request, and of which bytes. */
const READ: unique symbol = Symbol('express-mcp-gateway.read');

interface ReadRequest extends IncomingMessage {
  rawBody?: unknown;
  [READ]?: { readonly need: BodyNeed; readonly bytes: unknown };
}

/**
 * Reads the message of a request outside of a gateway, with the default limits. A `bodyLimit` in front bounds
 * what is held instead. If another middleware in front has read as much of the same bytes, they are not read
 * again.
 */
export function readMessageAlone(need: BodyNeed): Middleware {
  const limits = bodyLimitsWith();
  const budget = new CountedBodies(limits);
  const read = chain([readMessage(rulesFor(need)), leaveBody(), noteRead]);

  function noteRead(req: ReadRequest, _res: unknown, next: () => void): void {
    req[READ] = { need, bytes: req.rawBody };
    next();
  }
  return chain([
    headLimits(),
    limitBodies(limits.body, { budget, isAdded: false }),
    function readOnce(req, res, next) {
      if (isRead(req, need)) next();
      else read(req, res, next);
    },
  ]);
}

function isRead({ rawBody, [READ]: before }: ReadRequest, need: BodyNeed): boolean {
  if (before === undefined || before.bytes !== rawBody) return false;
  return mostOf([before.need, need]) === before.need;
}
