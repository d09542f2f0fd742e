import { connect, type Socket } from 'node:net';

/** One for all connections: what has been read is looked at before the next is. */
const buffer = Buffer.allocUnsafe(64 * 1024);

/** Is given what comes, until it says that the answer is over. Bytes are valid until it returns. */
export type Reader = (chunk: Buffer) => boolean;

/**
 * A connection that sends prepared bytes and looks at as little as it can of what comes back, so that
 * the load costs less than what it measures.
 */
export class Caller {
  readonly #port: number;
  #socket: Socket | undefined;
  #reader: Reader | undefined;
  #done: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Sends a request, and calls back when its answer is over. */
  send(bytes: Buffer, reader: Reader, done: () => void, failed: (error: Error) => void): void {
    this.#reader = reader;
    this.#done = done;
    this.#failed = failed;
    if (this.#socket === undefined || this.#socket.destroyed) this.#socket = this.#connect();
    this.#socket.write(bytes);
  }

  close(): void {
    this.#reader = undefined;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer, callback: (length, bytes) => this.#read(bytes.subarray(0, length)) },
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#reader !== undefined) this.#failed?.(new Error('The connection was closed'));
    });
    return socket;
  }

  #read(chunk: Uint8Array): boolean {
    try {
      const isOver = this.#reader?.(chunk as Buffer);
      if (!isOver) return true;
      this.#reader = undefined;
      this.#done?.();
    } catch (error) {
      this.#reader = undefined;
      this.#failed?.(error as Error);
    }
    return true;
  }
}
