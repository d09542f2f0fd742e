import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { atTestEnd, listenOn } from './servers.ts';

/** A loopback port on which no process listens until the test is over, unless the test itself does. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listenOn(server);
  await keepPort(server);
  server.close();
  return port;
}

/**
 * Keeps the port of a listening server until the test is over, also when the server is closed. It holds one
 * connection open, because the system gives no port with a connection to a process that asks for any free
 * port. Gives the server's end of that connection.
 */
export async function keepPort(server: Server): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const far = connect(port, '127.0.0.1');
  const [near] = await accepted;
  atTestEnd(() => {
    far.destroy();
    near.destroy();
  });
  return near;
}
