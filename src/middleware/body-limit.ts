import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { declaredLength, hasBody } from '../http/framing.ts';
import { gatherPieces, unreadLength } from '../http/gathered-pieces.ts';
import { closeBehindBody } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { readSize, type Size } from '../options/size.ts';

/**
 * Refuses a request body larger than `size` with 413: by its `Content-Length` before a byte is read,
 * by count while it streams where no length was declared. Whoever reads the body never gets a byte
 * over the limit, nor its end.
 *
 * @param size - Bytes, or a size like `'4mb'`.
 * @throws {GatewayConfigError} if `size` is not a size.
 * @see RFC 9110 section 15.5.14
 */
export function bodyLimit(size: Size): Middleware {
  const limit = checkConfig((problems) => readSize(problems, '', size));

  return function bodyLimitMiddleware(req, res, next) {
    const known = declaredLength(req) ?? keptLength(req);
    if (known !== undefined && known > limit) {
      closeBehindBody(req, res);
      answerError(req, res, 'payload_too_large');
      return;
    }
    if (known === undefined && hasBody(req)) countBody(req, res, limit);
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
  const isOver = (bytes: number): boolean => {
    if (received > limit) return true;
    received += bytes;
    if (received <= limit) return false;
    answerError(req, res, 'payload_too_large', { slot: 'bodyLimit' });
    return true;
  };
  const pushCounted = (chunk: Buffer | null, encoding?: BufferEncoding): boolean =>
    isOver(chunk?.length ?? 0) || push.call(req, chunk, encoding);
  // Assigned by name for the reason given in `http/watch-answer.ts`.
  req.push = pushCounted;
  // What came while an earlier middleware was waiting for something else.
  isOver(unreadLength(req));
}
