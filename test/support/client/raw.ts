import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { atTestEnd } from '../servers.ts';

/** A client on a bare socket, for bytes that HTTP libraries would not send or would hide. */
export class RawClient extends EventEmitter {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  /** `end`: the peer closed in order. `reset`: it did not. */
  ending: 'end' | 'reset' | undefined;

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.emit('change');
    });
    socket.on('end', () => this.#end('end'));
    socket.on('error', () => this.#end('reset'));
    socket.on('close', () => this.#end('reset'));
  }

  #end(ending: 'end' | 'reset'): void {
    this.ending ??= ending;
    this.emit('change');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  send(bytes: string | Buffer): this {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return this;
  }

  /** Waits until the received text matches, or the connection is over. */
  async has(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.text) && this.ending === undefined) await once(this, 'change');
    return this.text;
  }

  /** Waits for the end of the connection; gives all that was received. */
  async closed(): Promise<string> {
    while (this.ending === undefined) await once(this, 'change');
    return this.text;
  }

  /** Status codes of the answers so far. */
  get statuses(): number[] {
    return statusesIn(this.text);
  }
}

/**
 * The status codes in a received text, also of answers that follow each other directly. A body that
 * contains a status line would give a wrong result.
 */
export function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map((match) => Number(match[1]));
}

/** Opens a connection that is destroyed when the test is over. */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: false });
  const client = new RawClient(socket);
  atTestEnd(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return client;
}

/** Sends `bytes` on a connection of its own and waits for the connection to end. */
export async function exchange(port: number, bytes: string | Buffer): Promise<RawClient> {
  const client = (await rawClient(port)).send(bytes);
  await client.closed();
  return client;
}
