import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Calls `listener` once when an answer is sent whole or its client is gone. A pipelined answer has no
 * socket until those before it are sent, and is not told when the connection goes.
 */
export function onceClosed(req: IncomingMessage, res: ServerResponse, listener: () => void): void {
  if (res.closed || req.socket.destroyed) {
    process.nextTick(listener);
    return;
  }
  if (res.socket !== null) {
    // Not `once`: Node emits the event once, and `once` would keep a wrapper around each listener as long as
    // a stream is open.
    res.on('close', listener);
    return;
  }
  const listeners = listenersOf(req.socket);
  const onClose = () => {
    res.off('close', onClose);
    if (listeners.delete(onClose)) listener();
  };
  res.on('close', onClose);
  listeners.add(onClose);
}

const closeListeners = new WeakMap<Socket, Set<() => void>>();

/** One listener for a socket, however many requests a client sends in advance. */
function listenersOf(socket: Socket): Set<() => void> {
  let listeners = closeListeners.get(socket);
  if (listeners === undefined) {
    const all = new Set<() => void>();
    socket.once('close', () => {
      for (const listener of all) listener();
    });
    closeListeners.set(socket, all);
    listeners = all;
  }
  return listeners;
}
