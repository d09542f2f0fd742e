import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Identity } from '../../support/certificates.ts';
import { listenOn } from '../../support/servers.ts';

export interface ForwardProxy {
  readonly port: number;
  readonly url: string;
  /** What it was asked for: `CONNECT host:port`, or a method and an absolute URL. */
  readonly asked: string[];
  /** The headers of each. */
  readonly headers: IncomingHttpHeaders[];
  /** How many connections were made to it. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
  /** Waits until none is. */
  left(): Promise<void>;
}

interface Options {
  /** What it answers a `CONNECT` with in place of a tunnel. */
  readonly refuse?: (socket: Duplex) => void;
  /** Its certificate, where it is spoken to over TLS. */
  readonly identity?: Identity;
}

/** An HTTP proxy that counts: tunnels for `CONNECT`, and requests in absolute form. */
export async function forwardProxy({ refuse, identity }: Options = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const sockets = new Set<Duplex>();
  const changes = new EventEmitter();
  let connections = 0;
  const server = identity === undefined ? createServer() : createSecureServer(identity);
  const note = (req: IncomingMessage) => {
    asked.push(`${req.method} ${req.url}`);
    headers.push(req.headers);
  };
  server.on(identity === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket
      .on('error', () => {})
      .on('close', () => {
        sockets.delete(socket);
        changes.emit('closed');
      });
  });
  server.on('connect', (req: IncomingMessage, socket: Duplex) => {
    note(req);
    if (refuse === undefined) tunnel(req.url ?? '', socket);
    else refuse(socket);
  });
  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    note(req);
    forward(req, res);
  });
  const port = await listenOn(server);
  const protocol = identity === undefined ? 'http' : 'https';
  return {
    port,
    url: `${protocol}://127.0.0.1:${port}`,
    asked,
    headers,
    connections: () => connections,
    open: () => sockets.size,
    async left() {
      while (sockets.size > 0) await once(changes, 'closed');
    },
  };
}

/** Whatever the name, everything is on this machine. */
function tunnel(authority: string, socket: Duplex): void {
  const remote = connect(Number(authority.replace(/.*:/, '')), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    remote.pipe(socket).pipe(remote);
  });
  remote.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => remote.destroy());
}

function forward(req: IncomingMessage, res: ServerResponse): void {
  const { port, pathname, search, host } = new URL(req.url ?? '');
  const { 'proxy-authorization': _, ...headers } = { ...req.headers, host };
  const options = { port, path: pathname + search, method: req.method, headers };
  const outgoing = request({ host: '127.0.0.1', ...options }, (answer) => {
    res.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
    answer.pipe(res);
  });
  req.pipe(outgoing);
}
