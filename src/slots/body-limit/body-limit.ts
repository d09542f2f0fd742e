import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import type { BodyBudget } from '../../body-notes.ts';
import { contextOf } from '../../context.ts';
import { afterParsing } from '../../http/after-parsing.ts';
import { declaredLength, hasBody } from '../../http/framing.ts';
import { gatherPieces, unreadLength } from '../../http/gathered-pieces.ts';
import { closeBehindBody } from '../../http/last-request.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { Kept } from '../../kept.ts';
import type { Size } from '../../options/size.ts';
import type { Slot } from '../slot.ts';
import { CountedBodies } from './budget.ts';
import {
  type BodyLimitOptions,
  type BodyLimits,
  bodyLimitsWith,
  readBodyLimits,
} from './options.ts';

/** How {@link limitBodies} works together with a body limit in front of it. */
interface BudgetSettings {
  /** How much may be held of the bodies that are read. */
  readonly budget: BodyBudget;
  /** Whether the budget also counts where a body limit in front has one. */
  readonly isAdded: boolean;
}

/**
 * Refuses a request body larger than allowed with 413: by its `Content-Length` before a byte is read, by
 * count while it streams where no length was declared. A reader of the body never gets a byte over the limit,
 * nor the end of the body.
 */
export function limitBodies(limit: number, { budget, isAdded }: BudgetSettings): Middleware {
  return function bodyLimitMiddleware(req, res, next) {
    contextOf(req).body.limit(limit, budget, isAdded);
    const known = declaredLength(req) ?? keptLength(req);
    if (known !== undefined && known > limit) {
      closeBehindBody(req, res);
      afterParsing(res, () => answerError(req, res, 'payload_too_large'));
      return;
    }
    if (known === undefined && limit < Number.POSITIVE_INFINITY && hasBody(req))
      countBody(req, res, limit);
    if (!res.headersSent) next();
  };
}

/**
 * The length of a body that a middleware in front has read: it counts as much as one that is still to be
 * read.
 */
function keptLength(req: IncomingMessage & { rawBody?: unknown }): number | undefined {
  return req.rawBody instanceof Uint8Array ? req.rawBody.length : undefined;
}

/**
 * Counts at the source, where Node's parser hands the bytes over: a listener would start the stream
 * flowing before its reader is there, and a Transform would need every reader to know of it.
 */
function countBody(req: IncomingMessage, res: ServerResponse, limit: number): void {
  gatherPieces(req);
  const push = req.push;
  let received = 0;
  const isOver = (chunk: Uint8Array | null): boolean => {
    if (received > limit) return true;
    const { length = 0 } = chunk ?? {};
    received += length;
    if (received <= limit) return false;
    if (received === length) noteFirst(req, chunk);
    answerError(req, res, 'payload_too_large', { slot: 'bodyLimit' });
    return true;
  };
  const pushCounted = (chunk: Buffer | null, encoding?: BufferEncoding): boolean =>
    isOver(chunk) || push.call(req, chunk, encoding);
  // Assigned by name for the reason given in `http/watch-answer.ts`.
  req.push = pushCounted;
  // Bytes that came while a middleware in front was waiting for something else.
  received = unreadLength(req);
  if (received > limit) answerError(req, res, 'payload_too_large', { slot: 'bodyLimit' });
}

/** The bytes are not passed on, but the id of the request may be in them. */
function noteFirst(req: IncomingMessage, chunk: Uint8Array | null): void {
  if (chunk === null) return;
  const { body } = contextOf(req);
  (body.ends ?? body.watch()).push(chunk);
}

/** The slot. */
export const bodyLimit: Slot<
  { readonly bodyLimit?: Size | BodyLimitOptions | false },
  BodyLimits,
  'bodyLimit'
> = {
  name: 'bodyLimit',
  options: ['bodyLimit'],
  read(problems, { bodyLimit: value }) {
    if (value === false) return undefined;
    return value === undefined ? bodyLimitsWith() : readBodyLimits(problems.at('bodyLimit'), value);
  },
  build(limits, kept) {
    return limitBodies(limits.body, { budget: bodiesOf(limits, kept), isAdded: true });
  },
  rehearse(limits, kept) {
    const bodies = bodiesOf(limits, kept);
    return function limitDescribedBody(req, res, next) {
      limitBodies(limits.body, { budget: bodies.peek(), isAdded: true })(req, res, next);
    };
  },
};

function bodiesOf({ total, perCaller }: BodyLimits, kept: Kept): CountedBodies {
  return kept.of(['bodies', total, perCaller], () => new CountedBodies({ total, perCaller }));
}
