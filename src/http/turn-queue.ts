import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Deadline } from '../lib/deadline.ts';
import { isAfterLastRequest } from './last-request.ts';

/** Told what becomes of a request that waits; told nothing where its client leaves. */
export interface TurnListener {
  /** All answers before it are sent. */
  onTurn(): void;
  /** Its turn has not come in time. Those behind it are dropped: its answer closes the connection. */
  onLate(): void;
}

interface Waiting extends TurnListener {
  readonly res: ServerResponse;
  readonly ms: number | false;
  readonly onSocket: () => void;
}

/** How many requests of a connection may wait before nothing more is read from it. */
const MOST_WAITING = 16;

/**
 * How many may wait beyond that, on all connections. Node hands over all requests that came in one read,
 * up to 64 KB, and they cost 3 KB each.
 */
const MOST_EXCESS = 10_000;

let excess = 0;

const queues = new WeakMap<Socket, TurnQueue>();

/**
 * Waits for the turn of a request that its client has sent before the answer to an earlier one on the
 * same connection has ended; for no longer than `ms` while that one takes its time.
 */
export function waitForTurn(
  req: IncomingMessage,
  res: ServerResponse,
  ms: number | false,
  listener: TurnListener,
): void {
  const { socket } = req;
  if (socket.destroyed) return;
  let queue = queues.get(socket);
  if (queue === undefined) {
    queue = new TurnQueue(socket);
    queues.set(socket, queue);
  }
  queue.add(req, res, ms, listener);
}

/** The requests of one connection that wait for those before them. */
class TurnQueue {
  readonly #socket: Socket;
  #waiting: Waiting[] = [];
  readonly #deadline = new Deadline();
  /**
   * How many requests have come and have not had their turn. Dropped requests count, because Node keeps them.
   */
  #parked = 0;
  #isPaused = false;
  #isGivenUp = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.once('close', this.#onClose);
    socket.on('resume', this.#onResume);
  }

  add(
    req: IncomingMessage,
    res: ServerResponse,
    ms: number | false,
    { onTurn, onLate }: TurnListener,
  ): void {
    this.#park(1);
    if (isAfterLastRequest(req, res)) return;
    const onSocket = () => this.#advance();
    this.#waiting.push({ res, ms, onTurn, onLate, onSocket });
    res.once('socket', onSocket);
    if (this.#waiting.length === 1) this.#startTimer();
  }

  /** The first of them has got the connection. */
  #advance(): void {
    this.#park(-1);
    const first = this.#waiting.shift();
    this.#startTimer();
    // Node is about to write what has been written to the answer.
    if (first !== undefined) process.nextTick(takeTurn, first);
  }

  #startTimer(): void {
    const [first] = this.#waiting;
    this.#deadline.start(first?.ms ?? false, this.#giveUp);
  }

  readonly #giveUp = (): void => {
    const [first] = this.#waiting;
    for (const { res, onSocket } of this.#waiting) res.off('socket', onSocket);
    this.#waiting = [];
    // The socket is read on, because only a reader learns that a client has left. What else the client sends
    // counts, and is dropped.
    this.#isGivenUp = true;
    this.#park(0);
    first?.onLate();
  };

  #park(change: number): void {
    const before = this.#excess;
    this.#parked += change;
    excess += this.#excess - before;
    if (change > 0 && excess > MOST_EXCESS && this.#excess > 0) this.#socket.destroy();
    const isFull = this.#excess > 0 && !this.#isGivenUp;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  get #excess(): number {
    return Math.max(0, this.#parked - MOST_WAITING);
  }

  /** Node reads on after each request that is whole. */
  readonly #onResume = (): void => {
    if (this.#isPaused) this.#socket.pause();
  };

  readonly #onClose = (): void => {
    excess -= this.#excess;
    this.#parked = 0;
    this.#waiting = [];
    this.#deadline.clear();
  };
}

function takeTurn({ res, onTurn }: Waiting): void {
  // Another part of the app may have answered it meanwhile.
  if (!res.headersSent && !res.closed) onTurn();
}
