import type { Agent, ClientRequest, IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import { nodeHttp } from '../lib/built-in.ts';
import type { Engine } from './engine.ts';
import { NodeExchange } from './node-exchange.ts';

/**
 * An MCP server in this process: an Express app, the Node handler of an SDK, or any other `(req, res)`;
 * there is no `next`. What it returns is awaited; what it throws or rejects with ends the request.
 * Time-outs that it sets on a socket do nothing: the gateway has its own.
 */
// biome-ignore lint/suspicious/noExplicitAny: each framework and SDK has request types of its own.
export type UpstreamHandler = (req: any, res: any, ...rest: any[]) => unknown;

/** What the handler threw, or rejected with, is the cause. */
export class HandlerError extends Error {
  constructor(cause: unknown) {
    super('The upstream handler failed', { cause });
  }
}

/** Makes engines that take a URL to a handler in this process. */
export function inProcessEngines(handler: UpstreamHandler): (target: URL) => Engine {
  const agent = new InProcessAgent(handler);
  return (target) => {
    const own = { host: target.host, path: target.pathname + target.search };
    return (request, listener) => {
      const exchange = new InProcessExchange(request, listener);
      exchange.start(agent, own);
      return exchange;
    };
  };
}

/** An agent by which Node's own client calls a handler in this process. */
export function inProcessAgent(handler: UpstreamHandler): Agent {
  return new InProcessAgent(handler);
}

class InProcessExchange extends NodeExchange {
  #outgoing: ClientRequest | undefined;
  #answer: IncomingMessage | undefined;

  start(agent: Agent, own: { readonly host: string; readonly path: string }): void {
    const { method, path = own.path, host = own.host } = this.request;
    const headers = { ...this.request.headers, host };
    try {
      this.#outgoing = nodeHttp
        .request({ agent, method, path, headers })
        .on('error', (error) => this.onError(error))
        .once('socket', () => this.onOutgoing(this.#outgoing as ClientRequest))
        .once('response', (answer) => {
          this.#answer = answer;
          this.onAnswer(answer);
        });
    } catch (error) {
      // Node checks path and headers at once; the listener is told later, as of every other failure.
      process.nextTick(() => this.onError(error as Error));
    }
  }

  protected override close(): void {
    this.#outgoing?.destroy();
    this.#answer?.destroy();
  }
}

/**
 * Connects to a handler instead of a port. Both sides are Node's own HTTP, over a pair of streams in
 * place of a socket: the handler sees exactly the request that a remote upstream would, with the same
 * limits, back-pressure and aborts.
 */
class InProcessAgent extends nodeHttp.Agent {
  readonly #server: Server;
  /** The gateway's end of each connection, by the handler's end. */
  readonly #nearEnds = new WeakMap<Duplex, Duplex>();

  constructor(handler: UpstreamHandler) {
    super({ keepAlive: false });
    this.#server = nodeHttp.createServer((req, res) =>
      run(handler, req, res, (cause) => this.#nearEnds.get(req.socket)?.destroy(cause)),
    );
    // The gateway has timers of its own for all of this.
    Object.assign(this.#server, { timeout: 0, headersTimeout: 0, requestTimeout: 0 });
  }

  override createConnection(): Duplex {
    const [near, far] = duplexPair();
    takeTime(near);
    keepTogether(near, far);
    this.#nearEnds.set(far, near);
    Object.assign(far, SOCKET_METHODS);
    this.#server.emit('connection', far);
    return near;
  }
}

/**
 * What is written arrives in a later turn of the event loop, as over a network. Otherwise a handler
 * could answer the last bytes of a body before Node has noticed that they were the last.
 */
function takeTime(near: Duplex): void {
  const write = near._write;
  near._write = (...args) => void setImmediate(() => write.apply(near, args));
}

/**
 * Destroys one end of the pair with the other, as with a socket. By itself, a pair of streams does not do
 * that, or only ends the other end.
 */
function keepTogether(near: Duplex, far: Duplex): void {
  near._destroy = (error, done) => {
    far.destroy();
    done(error);
  };
  far._destroy = (error, done) => {
    reset(near);
    done(error);
  };
  // What is written together leaves together, so that it arrives before a destruction that follows it.
  far._writev = (chunks, done) => {
    const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk));
    far._write(bytes, 'binary', done);
  };
}

/**
 * Lets the gateway read what has been written, and destroys its end then. Unless the answer was whole, this
 * is an error: half an answer must not pass for a whole one.
 */
function reset(near: Duplex): void {
  if (near.readableLength > 0) {
    near.once('data', () => setImmediate(reset, near));
    return;
  }
  const error = Object.assign(new Error('The handler closed'), { code: 'ECONNRESET' });
  near.destroy(near.readableEnded ? undefined : error);
}

/** The methods that handlers call on a socket, and the address of its peer, which is this process. */
const SOCKET_METHODS = {
  remoteAddress: '127.0.0.1',
  setTimeout: chainable,
  setNoDelay: chainable,
  setKeepAlive: chainable,
  ref: chainable,
  unref: chainable,
  destroySoon(this: Duplex) {
    this.end();
  },
};

function chainable<T>(this: T): T {
  return this;
}

function run(
  handler: UpstreamHandler,
  req: IncomingMessage,
  res: ServerResponse,
  abort: (cause: Error) => void,
): void {
  const fail = (cause: unknown) => abort(new HandlerError(cause));
  try {
    Promise.resolve(handler(req, res)).catch(fail);
  } catch (error) {
    fail(error);
  }
}
