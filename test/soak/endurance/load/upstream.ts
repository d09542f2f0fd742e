import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ANSWER } from './messages.ts';

/** How the server handles a request; the header `X-Soak` of the request says it. */
export type Behaviour = 'answer' | 'hold' | 'head' | 'event' | 'pour';

/** A request at the server. */
export interface Visit {
  /** Resolves when the head of the request has come, and the bytes of its {@link Behaviour} have been sent. */
  readonly served: Promise<void>;
  /** Resolves when its answer is over, or its connection is closed. */
  readonly closed: Promise<void>;
  /** How many bytes of the answer's body were handed to the system, or wait for that. */
  sent: number;
  /** Ends an answer with the behaviour `pour`. */
  finish(): void;
}

interface Expected extends Visit {
  isFinishing: boolean;
  onServed(): void;
  onClosed(): void;
}

/** The beginning of an event, without the empty line that would end it. */
export const HALF_AN_EVENT = 'data: {"jsonrpc":"2.0","method":"half';
const PIECE = Buffer.alloc(65_536, '.');

/** A server that looks like an MCP server to a relay. */
export class Upstream {
  readonly #server: Server;
  readonly #expected = new Map<string, Expected>();

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await once(upstream.#server.listen(0, '127.0.0.1'), 'listening');
    return upstream;
  }

  private constructor() {
    this.#server = createServer((req, res) => this.#serve(req, res));
    // `closeIdle` closes idle connections when a part of a phase is over.
    this.#server.keepAliveTimeout = 0;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Expects the request with this `X-Soak-Id`. */
  expect(id: string): Visit {
    const served = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const expected: Expected = {
      served: served.promise,
      closed: closed.promise,
      sent: 0,
      isFinishing: false,
      finish() {
        this.isFinishing = true;
      },
      onServed: served.resolve,
      onClosed: closed.resolve,
    };
    this.#expected.set(id, expected);
    return expected;
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const id = req.headers['x-soak-id'];
    const visit = typeof id === 'string' ? this.#expected.get(id) : undefined;
    if (visit !== undefined) {
      this.#expected.delete(id as string);
      res.on('close', () => visit.onClosed());
    }
    // If the body breaks off, the answer is closed with it.
    req.on('error', () => {});
    req.resume();
    const behaviour = (req.headers['x-soak'] ?? 'answer') as Behaviour;
    if (behaviour === 'answer') {
      req.on('end', () => {
        res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': ANSWER.length });
        res.end(ANSWER);
      });
    } else if (behaviour === 'pour') pour(res, visit as Expected);
    else if (behaviour !== 'hold') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      if (behaviour === 'head') res.flushHeaders();
      else res.write(HALF_AN_EVENT);
    }
    visit?.onServed();
  }

  /** Closes idle connections. Those with a request under way stay: the gateway has to end them. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

/** Sends as long as buffers have room, until `finish` is called. */
function pour(res: ServerResponse, visit: Expected): void {
  res.writeHead(200, { 'Content-Type': 'application/json' });
  const more = () => {
    while (!res.destroyed) {
      if (visit.isFinishing) {
        res.end();
        return;
      }
      visit.sent += PIECE.length;
      if (!res.write(PIECE)) break;
    }
  };
  res.on('drain', more);
  more();
}
