import type { IncomingMessage } from 'node:http';
import { contextOf } from './context.ts';
import { BodyEnds } from './http/body-ends.ts';
import { declaredLength } from './http/framing.ts';
import { unreadLength } from './http/gathered-pieces.ts';
import type { BodyOnItsWay } from './mcp/message/message.ts';
import { findRequestId } from './mcp/request-id.ts';

/**
 * The id of a request that nobody has judged, from what has come of its body: relayed, kept, or still
 * in the request's own buffer. It waits for nothing. `null` where the id is not certain, `undefined` for
 * a notification.
 */
export function idOfUnjudged(
  req: IncomingMessage & { rawBody?: unknown },
): string | null | undefined {
  if (req.method !== 'POST') return null;
  const ends: BodyOnItsWay = contextOf(req).bodyEnds ?? new BodyEnds();
  if (req.rawBody instanceof Uint8Array) {
    if (ends.length === 0) ends.push(req.rawBody);
  } else pushBuffered(req, ends);
  const isWhole = ends.length === declaredLength(req) || (req.complete && unreadLength(req) === 0);
  return findRequestId({ first: ends.first(), last: ends.last(), isWhole });
}

/** Takes what nobody else will read any more: the request is refused. */
function pushBuffered(req: IncomingMessage, ends: BodyOnItsWay): void {
  if (unreadLength(req) === 0 || req.readableEncoding !== null) return;
  if (req.listenerCount('data') > 0 || req.listenerCount('readable') > 0) return;
  // What has been gathered beside the stream comes into it with a read.
  for (let reads = 0; reads < 3 && unreadLength(req) > 0; reads += 1) {
    const bytes: unknown = req.read();
    if (bytes instanceof Uint8Array) ends.push(bytes);
  }
}
