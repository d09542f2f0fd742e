import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

/** A server on this machine that can stop, and start again at the same port. */
export class StageServer {
  readonly #handle: Handle;
  #server: Server | undefined;
  #port = 0;

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** Its name and port, from the first start on. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer(this.#handle);
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Nobody listens at its port any more, and its connections are closed. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}
