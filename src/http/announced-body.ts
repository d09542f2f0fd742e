import type { IncomingMessage, ServerResponse } from 'node:http';
import { Deadline } from '../lib/deadline.ts';
import { markEmpty } from './framing.ts';
import { unreadLength } from './gathered-pieces.ts';
import { onceClosed } from './once-closed.ts';

/** How long a client may take where the server has no limit for a head. */
const LONGEST_MS = 15_000;

/** Told whether a body that was announced came; told nothing where the client leaves. */
export interface AnnouncedBodyListener {
  /** The body ended without a byte: from now on the request has none. */
  onEmpty(): void;
  /** There is a byte, or there may be one: neither it nor the end came in time. */
  onBody(): void;
}

/**
 * Waits for the first byte or the end of a chunked body, which may be empty (RFC 9112 section 7.1):
 * there are proxies that announce one with each request. The client has as long for it as for a head.
 */
export function awaitAnnouncedBody(
  req: IncomingMessage,
  res: ServerResponse,
  { onEmpty, onBody }: AnnouncedBodyListener,
): void {
  const settle = (isEmpty: boolean) => {
    if (!isEmpty) {
      onBody();
      return;
    }
    markEmpty(req);
    onEmpty();
  };
  const known = knownLength(req);
  if (known !== undefined) {
    settle(known === 0);
    return;
  }
  const deadline = new Deadline();
  const stop = () => {
    deadline.clear();
    req.off('data', onData).off('end', onEnd);
  };
  const onData = () => {
    stop();
    settle(false);
  };
  const onEnd = () => {
    stop();
    if (!res.headersSent && !res.closed) settle(true);
  };
  deadline.start(timeForHead(req), onData);
  onceClosed(req, res, stop);
  req.on('data', onData).on('end', onEnd).resume();
}

/** How many bytes have come, as far as is known; undefined before both the first byte and the end. */
function knownLength(req: IncomingMessage & { rawBody?: unknown }): number | undefined {
  const { rawBody } = req;
  // Another middleware has read the body. Where it has not kept the bytes, there may have been some.
  if (req.readableDidRead) return rawBody instanceof Uint8Array ? rawBody.length : 1;
  const length = unreadLength(req);
  return length > 0 || req.complete ? length : undefined;
}

function timeForHead({ socket }: IncomingMessage): number {
  const { server } = socket as { server?: { headersTimeout?: number } };
  return server?.headersTimeout || LONGEST_MS;
}
