import type { IncomingMessage } from 'node:http';
import { contextOf } from './context.ts';
import { BodyEnds } from './http/body-ends.ts';
import { declaredLength, isBodyPending } from './http/framing.ts';
import { unreadLength } from './http/gathered-pieces.ts';
import { Deadline } from './lib/deadline.ts';
import type { BodyOnItsWay } from './mcp/message/message.ts';
import { findRequestId } from './mcp/request-id.ts';

/**
 * The id of a request that no slot has judged, from the bytes of its body that have come: relayed, kept, or
 * still in the request's own buffer. It does not wait for more. `null` where the id is not certain,
 * `undefined` for a notification.
 */
export function idOfUnjudged(
  req: IncomingMessage & { rawBody?: unknown },
): string | null | undefined {
  if (req.method !== 'POST') return null;
  const ends: BodyOnItsWay = contextOf(req).body.ends ?? new BodyEnds();
  if (req.rawBody instanceof Uint8Array) {
    if (ends.length === 0) ends.push(req.rawBody);
  } else pushBuffered(req, ends);
  const isWhole = ends.length === declaredLength(req) || (req.complete && unreadLength(req) === 0);
  return findRequestId({ first: ends.first(), last: ends.last(), isWhole });
}

/** For how long, in milliseconds, a refused request is read for its id. */
const PATIENCE_MS = 1000;

/**
 * Whether the id of a refused request may be in what is still to come of its body. A chunked body is not
 * waited for: where it is too long, the rest of it is thrown away.
 */
export function mayIdCome(req: IncomingMessage & { rawBody?: unknown }): boolean {
  if (req.method !== 'POST' || req.rawBody !== undefined || !isBodyPending(req)) return false;
  if (declaredLength(req) === undefined || req.readableEncoding !== null) return false;
  if (req.listenerCount('readable') > 0) return false;
  // Bytes that another middleware has read are not known here.
  return contextOf(req).body.ends !== undefined || !req.readableDidRead;
}

/** Reads on until the body says the id, or is over; for a bounded time. Then calls `onDone`, once. */
export function awaitId(
  req: IncomingMessage,
  onDone: (id: string | null | undefined) => void,
): void {
  const { body } = contextOf(req);
  const ends = body.ends ?? body.watch();
  const deadline = new Deadline();
  const done = (id: string | null | undefined) => {
    deadline.clear();
    req.off('data', onData).off('end', onOver).off('close', onOver);
    onDone(id);
  };
  const onOver = () => done(idOfUnjudged(req));
  let nextTry = 0;
  const onData = (piece: Buffer) => {
    ends.push(piece);
    // The client decides how small the pieces are: the id is looked for again when the body is twice as long.
    if (ends.length < nextTry) return;
    nextTry = 2 * ends.length;
    const id = idOfUnjudged(req);
    if (id !== null) done(id);
  };
  const known = idOfUnjudged(req);
  if (known !== null) {
    onDone(known);
    return;
  }
  deadline.start(PATIENCE_MS, onOver);
  req.on('data', onData).once('end', onOver).once('close', onOver).resume();
}

/** Takes the bytes that nothing else will read any more: the request is refused. */
function pushBuffered(req: IncomingMessage, ends: BodyOnItsWay): void {
  if (unreadLength(req) === 0 || req.readableEncoding !== null) return;
  if (req.listenerCount('data') > 0 || req.listenerCount('readable') > 0) return;
  // A read brings the bytes that are gathered beside the stream into it.
  for (let reads = 0; reads < 3 && unreadLength(req) > 0; reads += 1) {
    const bytes: unknown = req.read();
    if (bytes instanceof Uint8Array) ends.push(bytes);
  }
}
