import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { sessionIdIn } from '../../src/mcp/session-id.ts';
import { type Answer, headerOf } from '../support/client/answer.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { type Outgoing, requestBytes } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { keepPort } from '../support/closed-port.ts';
import { atTestEnd, reset } from '../support/servers.ts';

/** What answers a request in place of an instance. */
export type Answering = (req: IncomingMessage, res: ServerResponse, body: string) => void;

/**
 * One instance of an MCP server that keeps its sessions in memory: it knows those that it has begun, and
 * no others. A crash takes them all.
 */
export class Instance extends EventEmitter {
  readonly name: string;
  /** `POST initialize`, `GET`, `DELETE`, in the order they came whole. */
  readonly seen: string[] = [];
  /** Bodies of POSTs. */
  readonly bodies: string[] = [];
  /** Headers of all that came whole, in the same order as `seen`. */
  readonly heads: IncomingHttpHeaders[] = [];
  readonly sessions: Set<string> = new Set();
  /** Event streams that are open. */
  readonly streams: Set<ServerResponse> = new Set();
  /** Takes the place of its own answers. */
  answering: Answering | undefined;
  /** The status with which it answers a GET of `/healthz`, which is none of the requests that are seen. */
  answersHealth: () => number = () => 200;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(name: string) {
    super();
    this.name = name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/mcp`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<this> {
    const server = createServer((req, res) => void this.#answer(req, res));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    // So that it can start again there.
    this.#sockets.delete(await keepPort(server));
    this.#server = server;
    return this;
  }

  /** As if its process was killed: connections are reset, sessions forgotten, the port is closed. */
  async crash(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.sessions.clear();
    this.streams.clear();
    if (server === undefined) return;
    server.close();
    const closed = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.on('close', resolve)),
    );
    for (const socket of this.#sockets) reset(socket);
    await Promise.all(closed);
  }

  /** Waits until it has seen so many requests. */
  async has(count: number): Promise<void> {
    while (this.seen.length < count) await once(this, 'seen');
  }

  /** Waits until no event stream is open. */
  async streamsClosed(): Promise<void> {
    while (this.streams.size > 0) await once(this, 'stream closed');
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    res.on('error', () => {});
    if (req.url === '/healthz') {
      res.writeHead(this.answersHealth()).end();
      return;
    }
    const body = (await buffer(req).catch(() => Buffer.alloc(0))).toString();
    if (!req.complete) return;
    const { method = '' } = req;
    this.seen.push(method === 'POST' ? `POST ${methodIn(body)}` : method);
    this.heads.push(req.headers);
    if (method === 'POST') this.bodies.push(body);
    if (this.answering === undefined) this.serve(req, res, body);
    else this.answering(req, res, body);
    this.emit('seen');
  }

  /** Its own answer. */
  serve(req: IncomingMessage, res: ServerResponse, body: string): void {
    const session = sessionIdIn(req.headers);
    if (session !== undefined && !this.sessions.has(session)) {
      res.writeHead(404, JSON_TYPE).end('{}');
      return;
    }
    if (req.method === 'GET') {
      this.streams.add(res);
      res.on('close', () => {
        this.streams.delete(res);
        this.emit('stream closed');
      });
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      return;
    }
    if (req.method === 'DELETE') {
      this.sessions.delete(session ?? '');
      res.writeHead(204).end();
      return;
    }
    if (session === undefined && methodIn(body) === 'initialize') {
      const id = randomUUID();
      this.sessions.add(id);
      res.setHeader('Mcp-Session-Id', id);
    }
    res.writeHead(200, JSON_TYPE).end(this.result(body));
  }

  /** The answer to a call: who gave it. */
  result(body: string): string {
    const { id = null } = JSON.parse(body) as { id?: unknown };
    return JSON.stringify({ jsonrpc: '2.0', id, result: { from: this.name } });
  }
}

export const JSON_TYPE = { 'Content-Type': 'application/json' } as const;

function methodIn(body: string): string {
  try {
    return (JSON.parse(body) as { method?: string }).method ?? 'answer';
  } catch {
    return 'unreadable';
  }
}

/** Instances of one server, until the test is over. */
export async function instances(count: number): Promise<Instance[]> {
  const all = Array.from({ length: count }, (_, i) => new Instance(`instance ${i}`));
  for (const instance of all) await instance.start();
  atTestEnd(async () => {
    for (const instance of all) await instance.crash();
  });
  return all;
}

/** Which instance gave an answer. */
export function fromWhom(answer: Answer): string {
  return (JSON.parse(answer.body) as { result: { from: string } }).result.from;
}

export const INITIALIZE: string = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
});

/** A client in a session that it has begun through a gateway. */
export interface SessionClient {
  readonly id: string;
  /** The instance that began the session. */
  readonly home: string;
  /** Sends a request in the session: by default a `ping`. */
  send(outgoing?: Outgoing): Promise<Answer>;
  /** Opens its event stream, and waits for the first event. */
  stream(headers?: Readonly<Record<string, string>>): Promise<RawClient>;
}

/** Begins a session at the gateway that listens there. */
export async function beginSession(
  port: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<SessionClient> {
  const answer = await send(port, { body: INITIALIZE, headers });
  const id = headerOf(answer, 'Mcp-Session-Id');
  if (id === undefined) throw new Error(`No session: ${answer.head}\n${answer.body}`);
  return sessionClient(port, id, fromWhom(answer), headers);
}

/** A client in a session that has begun, through whichever gateway. */
export function sessionClient(
  port: number,
  id: string,
  home: string,
  headers: Readonly<Record<string, string>> = {},
): SessionClient {
  const own = { ...headers, 'Mcp-Session-Id': id };
  return {
    id,
    home,
    send: (outgoing = {}) =>
      send(port, { ...outgoing, headers: { ...own, ...(outgoing.headers as object) } }),
    async stream(more = {}) {
      const client = await rawClient(port);
      const sent = { ...own, ...more, Connection: undefined };
      client.send(requestBytes({ method: 'GET', headers: sent }));
      await client.has(/data: 1/);
      return client;
    },
  };
}
