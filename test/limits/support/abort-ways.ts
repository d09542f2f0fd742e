import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';

/** What has happened to streams, by their ids. */
export class Happenings {
  readonly #all = new Map<string, PromiseWithResolvers<void>>();

  #of(id: string): PromiseWithResolvers<void> {
    const known = this.#all.get(id) ?? Promise.withResolvers<void>();
    this.#all.set(id, known);
    return known;
  }

  tell(id: string): void {
    this.#of(id).resolve();
  }

  async until(id: string): Promise<void> {
    await this.#of(id).promise;
  }

  forget(id: string): void {
    this.#all.delete(id);
  }
}

/** Come to the gateway; to the upstream; over for the gateway. */
export const began: Happenings = new Happenings();
export const reached: Happenings = new Happenings();
export const over: Happenings = new Happenings();

export const idOf = (headers: { readonly [name: string]: unknown }): string =>
  String(headers['last-event-id']);

/** What the upstream does with a stream, by the first word of its id. */
export const UPSTREAM: Readonly<Record<string, (res: ServerResponse) => void>> = {
  silent: () => {},
  head: (res) => res.flushHeaders(),
  events: (res) => res.write('data: 1\n\ndata: 2\n\ndata: 3\n\n'),
  flood: (res) => {
    for (let i = 0; i < 4; i += 1) res.write(`data: ${'.'.repeat(64 * 1024)}\n\n`);
  },
  broken: (res) => res.write('data: 1\n\ndata: 2\n\ndata: 3\n\n', () => res.destroy()),
};

const LISTEN = '{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen"}';

/** Who asks for a stream. */
export interface Caller {
  readonly user: string;
  readonly ip: string;
}

/** A stream as its client has it; its id says what the upstream does with it. */
export class AbortedStream {
  readonly id: string;
  readonly socket: Socket;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #text = '';
  readonly #changes = new EventEmitter();

  constructor(port: number, id: string, { user, ip }: Caller) {
    this.id = id;
    this.socket = connect(port, '127.0.0.1');
    const fields = `Host: x\r\nX-User: ${user}\r\nX-Forwarded-For: ${ip}\r\nLast-Event-ID: ${id}\r\n`;
    // What else may stay open for ever.
    const isSubscription = Number(id.split(' ')[1]) % 5 === 0;
    const listening = 'Content-Type: application/json\r\nMcp-Method: subscriptions/listen\r\n';
    const head = isSubscription
      ? `POST /mcp HTTP/1.1\r\n${fields}${listening}Content-Length: ${LISTEN.length}\r\n\r\n${LISTEN}`
      : `GET /mcp HTTP/1.1\r\n${fields}\r\n`;
    this.socket.write(head);
    this.socket.on('data', (chunk) => {
      this.#text += chunk;
      this.#changes.emit('change');
    });
    this.socket.on('error', () => {});
    this.socket.once('close', () => {
      this.#closed.resolve();
      this.#changes.emit('change');
    });
  }

  get status(): string {
    return /^HTTP\/1\.1 (\d{3}) /.exec(this.#text)?.[1] ?? 'none';
  }

  /** Waits until what came matches, or the connection is over. */
  async has(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text) && !this.socket.closed) {
      await once(this.#changes, 'change');
    }
  }

  /** Waits until the upstream has it, or it is answered without. */
  async reached(): Promise<void> {
    await Promise.race([reached.until(this.id), this.has(HEAD)]);
  }

  closed(): Promise<void> {
    return this.#closed.promise;
  }
}

export const HEAD: RegExp = /\r\n\r\n/;
/** What there is to wait for, also where a stream is not answered as it should be. */
export const EVENTS: RegExp = /data: 3\n\n|too_many_streams/;

export interface Way extends Partial<Caller> {
  /** What the upstream does with it. */
  readonly upstream: string;
  abort(stream: AbortedStream): unknown;
}

/** Who has a stream open all the time, and may have no other. */
export const HOLDER: Caller = { user: 'holder', ip: '192.0.2.1' };

type Step = Way['abort'];

/** Aborts a stream by `end` once `wait` is over. */
const after =
  (wait: Step, end: Step): Step =>
  async (stream) => {
    await wait(stream);
    await end(stream);
  };

const isAtUpstream: Step = (stream) => stream.reached();
const hasHead: Step = (stream) => stream.has(HEAD);
const hasEvents: Step = (stream) => stream.has(EVENTS);
const isRefused: Step = (stream) => stream.has(/too_many_streams/);

const destroy: Step = ({ socket }) => socket.destroy();
const reset: Step = ({ socket }) => socket.resetAndDestroy();
const halfClose: Step = async (stream) => {
  stream.socket.end();
  await stream.closed();
};

/** Every way to abort a stream. */
export const WAYS: Readonly<Record<string, Way>> = {
  'reset before it is known who asks': {
    upstream: 'unknown',
    async abort({ id, socket }) {
      await began.until(id);
      socket.resetAndDestroy();
    },
  },
  'left before the head': {
    upstream: 'silent',
    abort: after(isAtUpstream, destroy),
  },
  'reset before the head': {
    upstream: 'silent',
    abort: after(isAtUpstream, reset),
  },
  'half-closed before the head': {
    upstream: 'silent',
    abort: after(isAtUpstream, halfClose),
  },
  'half-closed at once': {
    upstream: 'silent',
    abort: halfClose,
  },
  'left after the head': {
    upstream: 'head',
    abort: after(hasHead, destroy),
  },
  'reset after events': {
    upstream: 'events',
    abort: after(hasEvents, reset),
  },
  'half-closed after events': {
    upstream: 'events',
    abort: after(hasEvents, halfClose),
  },
  'reset with events on their way': {
    upstream: 'flood',
    abort: after(hasHead, reset),
  },
  'broken off by the upstream': {
    upstream: 'broken',
    abort: after(isRefused, destroy),
  },
  'refused: its user has one': {
    upstream: 'events',
    user: HOLDER.user,
    abort: after(hasEvents, reset),
  },
  'refused: its address has one': {
    upstream: 'events',
    ip: HOLDER.ip,
    abort: after(hasEvents, destroy),
  },
};
