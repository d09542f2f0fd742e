import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { serve, serveRaw } from './servers.ts';

/** A request as an upstream got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface RecordingUpstream {
  /** Its endpoint, with a path and a query of its own. */
  readonly target: string;
  readonly port: number;
  /** The requests that came whole, in order. */
  readonly seen: SeenRequest[];
}

/** A real HTTP server that keeps what it gets; answers 200 with a JSON-RPC result by default. */
export async function recordingUpstream(
  answer: (req: IncomingMessage, res: ServerResponse, body: Buffer) => void = answerResult,
): Promise<RecordingUpstream> {
  const seen: SeenRequest[] = [];
  const { port } = await serve((req, res) => {
    res.on('error', () => {});
    buffer(req).then(
      (body) => {
        const { method = '', url = '', rawHeaders, headers } = req;
        seen.push({ method, url, rawHeaders, headers, body });
        answer(req, res, body);
      },
      () => {},
    );
  });
  return { target: `http://127.0.0.1:${port}/up/mcp?key=1`, port, seen };
}

function answerResult(_req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('Content-Type', 'application/json');
  res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
}

/** One TCP connection that an upstream accepted, with all that came over it. */
export class UpstreamConnection extends EventEmitter {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk);
      this.emit('bytes');
    });
    socket.on('close', () => this.emit('closed'));
    socket.on('end', () => {
      this.emit('ended');
      socket.end();
    });
  }

  get received(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  /** Waits until what came matches. */
  async has(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) await once(this, 'bytes');
    return this.received;
  }

  /** Waits until the peer has closed or reset the connection. */
  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this, 'closed');
  }
}

export interface RawUpstream {
  readonly target: string;
  readonly port: number;
  readonly connections: UpstreamConnection[];
  /** The n-th connection (from 0), as soon as it is there. */
  connection(n: number): Promise<UpstreamConnection>;
}

/** An upstream on a bare socket: `onConnection` writes the bytes of its answers itself. */
export async function rawUpstream(
  onConnection: (connection: UpstreamConnection) => void = () => {},
): Promise<RawUpstream> {
  const connections: UpstreamConnection[] = [];
  const arrivals = new EventEmitter();
  const { port } = await serveRaw((socket) => {
    const connection = new UpstreamConnection(socket);
    connections.push(connection);
    onConnection(connection);
    arrivals.emit('connection');
  });
  return {
    target: `http://127.0.0.1:${port}/up/mcp`,
    port,
    connections,
    async connection(n) {
      while (connections[n] === undefined) await once(arrivals, 'connection');
      return connections[n];
    },
  };
}

/** Answers the first request head on each connection with the same bytes. */
export function answering(bytes: string | Buffer): (connection: UpstreamConnection) => void {
  return (connection) => {
    connection.has(/\r\n\r\n/).then(() => {
      connection.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    });
  };
}
