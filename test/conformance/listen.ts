import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on a free port of this machine. */
export interface Listening {
  /** The endpoint, with a host name that the suite takes for a local server. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens with the listener that `listenerFor` makes for the port. */
export async function listen(listenerFor: (port: number) => RequestListener): Promise<Listening> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.on('request', listenerFor(port));
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Runs something while a server listens. */
export async function during<T>(
  starting: Promise<Listening>,
  run: (server: Listening) => Promise<T>,
): Promise<T> {
  const server = await starting;
  try {
    return await run(server);
  } finally {
    await server.close();
  }
}
