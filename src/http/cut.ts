import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends an answer that is not whole, so that the client can tell: without its last chunk, or short
 * of its `Content-Length`. Where the end of the connection is the end of the body (HTTP/1.0), only
 * a reset says so. Elsewhere a reset is avoided, because it can destroy bytes on their way. A socket
 * that is already shutting down cannot be reset: Node fails to, and never closes it. Nor can one
 * that is not TCP (TLS, a Unix socket); it is destroyed, TLS without its own sign of an end.
 */
export function cut(res: ServerResponse): void {
  const { socket } = res;
  if (socket === null) {
    cutInTurn(res);
    return;
  }
  const delimited = res.chunkedEncoding || res.hasHeader('content-length');
  if (res.headersSent && !delimited && socket.writable) reset(socket);
  res.destroy();
}

function reset(socket: Socket): void {
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
}

/** A pipelined answer has no socket until those before it are sent; they must not be cut as well. */
function cutInTurn(res: ServerResponse): void {
  const { assignSocket } = res;
  res.assignSocket = (socket) => {
    assignSocket.call(res, socket);
    cut(res);
  };
}
