import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { type Endpoint, startEndpoint, startRawEndpoint } from './endpoint.ts';

/** A request as an upstream got it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface RecordingUpstream extends Endpoint {
  /** The requests that came completely, in order. */
  readonly seen: SeenRequest[];
}

/** An upstream that records its requests. By default it answers 200 with a JSON-RPC result. */
export async function recordingUpstream(
  answer: (req: IncomingMessage, res: ServerResponse, body: Buffer) => void = answerResult,
): Promise<RecordingUpstream> {
  const seen: SeenRequest[] = [];
  const endpoint = await startEndpoint((req, res) => {
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
  return { ...endpoint, seen };
}

function answerResult(_req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('Content-Type', 'application/json');
  res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
}

/** One connection that an upstream accepted, with all that came over it. */
export class UpstreamConnection extends EventEmitter {
  readonly socket: Duplex;
  readonly #chunks: Buffer[] = [];

  constructor(socket: Duplex, request: Readable) {
    super();
    this.socket = socket;
    request.on('data', (chunk) => {
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

  /** Waits until the received text matches. */
  async has(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.received)) await once(this, 'bytes');
    return this.received;
  }

  /** Waits until the peer has closed or reset the connection. */
  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this, 'closed');
  }
}

export interface RawUpstream extends Endpoint {
  readonly connections: UpstreamConnection[];
  /** Waits for the n-th connection (from 0). */
  connection(n: number): Promise<UpstreamConnection>;
}

/** An upstream on a bare connection: `onConnection` writes the bytes of its answers itself. */
export async function rawUpstream(
  onConnection: (connection: UpstreamConnection) => void = () => {},
): Promise<RawUpstream> {
  const connections: UpstreamConnection[] = [];
  const arrivals = new EventEmitter();
  const endpoint = await startRawEndpoint((socket, request) => {
    const connection = new UpstreamConnection(socket, request);
    connections.push(connection);
    onConnection(connection);
    arrivals.emit('connection');
  });
  return {
    ...endpoint,
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
