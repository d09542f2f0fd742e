import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf } from '../../context.ts';
import { afterParsing } from '../../http/after-parsing.ts';
import { BodyEnds } from '../../http/body-ends.ts';
import { declaredLength, hasBody } from '../../http/framing.ts';
import { gatherPieces, unreadLength } from '../../http/gathered-pieces.ts';
import { closeBehindBody } from '../../http/last-request.ts';
import type { Middleware } from '../../http/middleware.ts';
import { checkConfig } from '../../options/config-problems.ts';
import type { Size } from '../../options/size.ts';
import { CountedBodies } from './budget.ts';
import { type BodyLimitOptions, readBodyLimits } from './options.ts';

export type { BodyLimitOptions } from './options.ts';

/**
 * Refuses a request body larger than allowed with 413: by its `Content-Length` before a byte is read,
 * by count while it streams where no length was declared. Whoever reads the body never gets a byte
 * over the limit, nor its end. Where a policy or a limit behind it reads bodies, `total` and
 * `perCaller` bound what of them is held at once, until their requests are answered: 503 above that.
 *
 * @param limit - The largest body, in bytes or as a size like `'4mb'`; or {@link BodyLimitOptions}.
 * @throws {GatewayConfigError} for what is no size, and for sizes that contradict each other.
 * @see RFC 9110 sections 15.5.14 and 15.6.4
 */
export function bodyLimit(limit: Size | BodyLimitOptions): Middleware {
  return limitBodies(limit, true);
}

/** The limits of what reads bodies by itself. A `bodyLimit` in front bounds what is held instead. */
export function ownBodyLimit(): Middleware {
  return limitBodies('4mb', false);
}

/** `isAdded` tells whether what is held is bounded here also where it is bounded in front. */
function limitBodies(option: Size | BodyLimitOptions, isAdded: boolean): Middleware {
  const limits = checkConfig((problems) => readBodyLimits(problems, option));
  const limit = limits.body;
  const own = [new CountedBodies(limits)];

  return function bodyLimitMiddleware(req, res, next) {
    const context = contextOf(req);
    const { bodyBudgets } = context;
    if (bodyBudgets.length === 0) context.bodyBudgets = own;
    else if (isAdded) context.bodyBudgets = [...bodyBudgets, ...own];
    context.largestBody = Math.min(context.largestBody, limit);
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

/** A body that was read before it came here counts as much as one that was not. */
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
  // What came while an earlier middleware was waiting for something else.
  received = unreadLength(req);
  if (received > limit) answerError(req, res, 'payload_too_large', { slot: 'bodyLimit' });
}

/** It goes nowhere, but the id of the request may be in it. */
function noteFirst(req: IncomingMessage, chunk: Uint8Array | null): void {
  if (chunk === null) return;
  const context = contextOf(req);
  context.bodyEnds ??= new BodyEnds();
  context.bodyEnds.push(chunk);
}
