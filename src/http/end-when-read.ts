import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBodyPending } from './framing.ts';

/** How long a client that is still uploading is listened to after its answer is written. */
const LINGER_MS = 1000;

/**
 * Ends an answer that is already written whole. While the client is still sending, the rest is read
 * and thrown away first, for a bounded time: closing a socket with unread bytes makes the kernel
 * send a reset, and the client loses the answer it was about to read.
 */
export function endWhenRead(req: IncomingMessage, res: ServerResponse): void {
  if (!isBodyPending(req)) {
    res.end();
    return;
  }
  const end = () => {
    clearTimeout(deadline);
    res.end();
  };
  const deadline = setTimeout(end, LINGER_MS);
  req.once('end', end).once('close', end);
  req.resume();
}
