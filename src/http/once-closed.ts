import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Calls `listener` once when an answer is sent whole or its client is gone. A pipelined answer has no
 * socket until those before it are sent, and is not told when the connection goes.
 */
export function onceClosed(req: IncomingMessage, res: ServerResponse, listener: () => void): void {
  if (res.socket !== null) {
    res.once('close', listener);
    return;
  }
  const { socket } = req;
  const onClose = () => {
    res.off('close', onClose);
    socket.off('close', onClose);
    listener();
  };
  res.on('close', onClose);
  socket.on('close', onClose);
}
