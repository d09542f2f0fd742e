import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type Server as NetServer,
  Socket,
} from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach } from '@jest/globals';

const cleanups: (() => Promise<void> | void)[] = [];

/** Runs `cleanup` when the current test is over, last registered first. */
export function atTestEnd(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Listens on a free loopback port until the test is over; gives the port. */
export async function listenOn(server: Server | NetServer, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  atTestEnd(async () => {
    // The server emits `close` before its sockets have emitted theirs.
    const closed = [...sockets].map(
      (socket) => new Promise((resolve) => socket.on('close', resolve)),
    );
    for (const socket of sockets) socket.destroy();
    server.close();
    await Promise.all([once(server, 'close'), ...closed]);
  });
  return (server.address() as AddressInfo).port;
}

/** A `node:http` server around `listener`. */
export async function serve(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener);
  return { server, port: await listenOn(server) };
}

/** A TCP server whose `onConnection` handles every byte. Errors of its sockets are ignored. */
export async function serveRaw(
  onConnection: (socket: Socket) => void,
): Promise<{ server: NetServer; port: number }> {
  const server = createNetServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  return { server, port: await listenOn(server) };
}

/**
 * Resets a connection. A connection within this process is destroyed, which has the same effect. A socket
 * whose writable side has ended is also only destroyed: Node would fail to reset it, never close it,
 * and keep the process from ending.
 */
export function reset(socket: Duplex): void {
  if (socket instanceof Socket && socket.writable) socket.resetAndDestroy();
  socket.destroy();
}
