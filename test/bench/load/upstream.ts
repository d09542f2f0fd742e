import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A request that has come whole. */
export interface Call {
  readonly method: string;
  /** The lines of its head, without the last line end. */
  readonly head: string;
  /** How many bytes its body had. */
  readonly bodyBytes: number;
  readonly socket: Socket;
}

export type Behaviour = (call: Call) => void;

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** An MCP server of as few instructions as possible: it counts bodies, and writes prepared bytes. */
export class Upstream {
  readonly port: number;
  /** What it does with a request. */
  behaviour: Behaviour = () => {};

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<Upstream> {
    const server = createServer({ noDelay: true });
    server.listen(0, '127.0.0.1', 16_384);
    await once(server, 'listening');
    const upstream = new Upstream((server.address() as AddressInfo).port);
    server.on('connection', (socket) => upstream.#serve(socket));
    return upstream;
  }

  #serve(socket: Socket): void {
    let head = '';
    /** Bytes of the body that are still to come; negative while the head is. */
    let left = -1;
    let bodyBytes = 0;
    let before: Buffer = Buffer.alloc(0);

    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      if (left >= 0) {
        take(chunk);
        return;
      }
      const bytes = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) {
        before = bytes;
        return;
      }
      before = Buffer.alloc(0);
      bodyBytes = 0;
      head = bytes.toString('latin1', 0, end);
      const isChunked = /^transfer-encoding: *chunked/im.test(head);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      left = isChunked ? Number.POSITIVE_INFINITY : length;
      take(bytes.subarray(end + 4));
    });

    const take = (chunk: Buffer): void => {
      bodyBytes += chunk.length;
      if (left === Number.POSITIVE_INFINITY) {
        const tail = before.length === 0 ? chunk : Buffer.concat([before, chunk]);
        if (tail.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) left = 0;
        else before = Buffer.from(tail.subarray(-LAST_CHUNK.length));
      } else {
        left -= chunk.length;
      }
      if (left > 0) return;
      left = -1;
      before = Buffer.alloc(0);
      this.behaviour({ method: head.slice(0, head.indexOf(' ')), head, bodyBytes, socket });
    };
  }
}
