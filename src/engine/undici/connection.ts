import type { Socket } from 'node:net';
import type { Client, Dispatcher } from 'undici';
import { noop } from '../../lib/noop.ts';
import type { PieceSink } from './outgoing-body.ts';
import { SocketTap } from './socket-taps.ts';
import { hungUp } from './undici-failure.ts';
import { createClient, tellWhy } from './undici-internals.ts';

/** An idle connection is dropped before most servers drop it: see `pools.ts`. */
const KEPT_MS = 4000;
/** How much earlier than the upstream announces it is dropped, as with Node's agent. */
const EARLIER_MS = 1000;

type OnSocket = (error: Error | null, socket: Socket | null) => void;

/** One connection that is open, and undici's client for it. One request at a time goes over it. */
export class Connection {
  readonly socket: Socket;
  readonly tap: SocketTap;
  readonly #client: Client;

  constructor(origin: string, socket: Socket) {
    this.socket = socket;
    this.tap = new SocketTap(socket);
    // Until undici has the socket, no other code listens for its errors, and an error would end the process.
    socket.on('error', destroyFailed);
    this.#client = createClient(origin, {
      connect: handOver(socket, this.tap) as never,
      pipelining: 1,
      allowH2: false,
      // undici's other parser is an experiment, which the environment may switch on.
      useMilo: false,
      // The gateway has timers of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: KEPT_MS,
      keepAliveMaxTimeout: KEPT_MS,
      keepAliveTimeoutThreshold: EARLIER_MS,
    } as Client.Options);
    this.#client.on('connectionError', noop);
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  get bytesRead(): number {
    return this.socket.bytesRead;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  destroy(): void {
    this.socket.destroy();
    this.#client.destroy(null).catch(noop);
  }

  /** For the body of the request that has been dispatched, behind its head. */
  bodySink(isChunked: boolean): PieceSink {
    const { socket, tap } = this;
    return {
      write(chunk) {
        if (socket.destroyed || chunk.length === 0) return true;
        if (!isChunked) return tap.send(chunk);
        socket.cork();
        tap.send(`${chunk.length.toString(16)}\r\n`);
        tap.send(chunk);
        const wantsMore = tap.send('\r\n');
        socket.uncork();
        return wantsMore;
      },
      end() {
        if (isChunked && !socket.destroyed) tap.send('0\r\n\r\n');
      },
      onceDrained(listener) {
        socket.once('drain', listener);
      },
    };
  }
}

/**
 * A TLS alert is an error that leaves the connection open. undici would wait for the end of the connection,
 * and report that end in place of the error.
 */
function destroyFailed(this: Socket, error: Error): void {
  this.destroy(error);
}

/** Gives the client its connection, once: it must not open another on its own account. */
function handOver(opened: Socket, tap: SocketTap): (options: unknown, onSocket: OnSocket) => void {
  let socket: Socket | undefined = opened;
  return (_options, onSocket) => {
    const own = socket;
    socket = undefined;
    // If undici were called back at once, it would not go on to write the request.
    queueMicrotask(() => {
      if (own === undefined || own.destroyed) {
        onSocket(causeOf(opened) ?? hungUp(), null);
        return;
      }
      onSocket(null, own);
      tellWhy(own, tap);
    });
  };
}

/** Why a connection was lost. After an error of undici's own the client would ask for another, without end. */
function causeOf({ errored }: Socket): Error | undefined {
  const { code } = (errored ?? {}) as { readonly code?: unknown };
  const isOfUndici = typeof code === 'string' && code.startsWith('UND_ERR_');
  return isOfUndici ? undefined : (errored ?? undefined);
}
