import { EventEmitter } from 'node:events';
import type { ReadableBody } from '../../http/body-events.ts';
import { LARGE } from '../../http/gathered-pieces.ts';
import { HeldBytes, hasOwnMemory } from '../../http/held-bytes.ts';
import { thisTurn } from '../../lib/this-turn.ts';

/** Pauses and resumes the connection. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** How many bytes may wait for the reader before the connection is paused. Node's streams take as many. */
const MOST_WAITING = 64 * 1024;

/**
 * The bytes of an answer, emitted in the same turn in which undici has read them. Most answers come whole in
 * one piece; a Node stream for each of them takes three more ticks to say so. This body begins to flow when a
 * listener to `data` is added, as a stream does.
 *
 * Small pieces are put together, as `gatherPieces` does it for Node's own messages: those that come after another
 * one in the same turn of the event loop, and those that come while the body is paused.
 */
export class UndiciBody extends EventEmitter implements ReadableBody {
  readonly #flow: Flow;
  /** How long it is, as its head says. */
  readonly #length: number | undefined;
  /** All of it has come. */
  isComplete = false;
  #isFlowing = false;
  /** Whether `pause` was called. A new listener to `data` does not change that. */
  #isPaused = false;
  #isOver = false;
  /** Whether the connection waits. */
  #isBlocked = false;
  #isScheduled = false;
  /** The turn of the event loop in which a small piece was passed on last. */
  #passedIn: number | undefined;
  /** The pieces that wait, in order. Small pieces behind them are put together in `#small`. */
  #pieces: Uint8Array[] = NO_PIECES;
  #small: HeldBytes | undefined;
  #waiting = 0;

  constructor(flow: Flow, length: string | undefined) {
    super();
    this.#flow = flow;
    this.#length = length === undefined ? undefined : Number(length);
  }

  override on(event: string, listener: Parameters<EventEmitter['on']>[1]): this {
    super.on(event, listener);
    if (event === 'data' && !this.#isPaused) this.resume();
    return this;
  }

  pause(): this {
    this.#isPaused = true;
    this.#isFlowing = false;
    return this;
  }

  /** Emits what waits in a tick, not while the code of the caller still runs. */
  resume(): this {
    this.#isPaused = false;
    if (this.#isFlowing) return this;
    this.#isFlowing = true;
    if (this.#waiting > 0 || this.#isBlocked || this.isComplete) process.nextTick(flush, this);
    return this;
  }

  /** Takes what has come. */
  receive(chunk: Uint8Array): void {
    // llhttp gives an empty piece when it goes on after a pause.
    if (this.#isOver || chunk.length === 0) return;
    const isPassedOn = chunk.length >= LARGE || chunk.length === this.#length;
    if (this.#isFlowing && this.#waiting === 0 && (isPassedOn || this.#isFirstInTurn())) {
      this.emit('data', isPassedOn || hasOwnMemory(chunk) ? chunk : copyOf(chunk));
      return;
    }
    this.#hold(chunk, isPassedOn);
    if (this.#isFlowing && isPassedOn) this.flush();
    else if (this.#isFlowing) this.#schedule();
    if (this.#waiting < MOST_WAITING || this.#isOver) return;
    this.#isBlocked = true;
    this.#flow.pause();
  }

  /** All of it has come. */
  complete(): void {
    this.isComplete = true;
    if (this.#isFlowing) this.flush();
  }

  /** No more of the body comes. What has come before is still emitted. */
  cut(): void {
    if (this.#isFlowing) this.flush();
    this.destroy();
  }

  /** Emits no more. */
  destroy(): void {
    this.#isOver = true;
    this.#drop();
  }

  /** Emits what waits, and then the end, as long as the body is read. */
  flush(): void {
    this.#isScheduled = false;
    while (this.#waiting > 0 && this.#isFlowing) this.emit('data', this.#take());
    if (!this.#isFlowing || this.#isOver) return;
    if (this.isComplete) {
      this.#isOver = true;
      this.emit('end');
    } else if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#flow.resume();
    }
  }

  #isFirstInTurn(): boolean {
    const turn = thisTurn();
    const isFirst = this.#passedIn !== turn;
    this.#passedIn = turn;
    return isFirst;
  }

  /** An immediate, not a tick: Node runs ticks after each piece. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(flush, this);
  }

  #hold(chunk: Uint8Array, isPassedOn: boolean): void {
    this.#waiting += chunk.length;
    this.#small ??= new HeldBytes(Number.POSITIVE_INFINITY, Buffer.allocUnsafeSlow);
    if (!isPassedOn) {
      this.#small.push(chunk);
      return;
    }
    const before = this.#small.length > 0 ? [this.#small.take()] : NO_PIECES;
    this.#pieces = [...this.#pieces, ...before, chunk];
  }

  #take(): Uint8Array {
    const piece = this.#pieces.shift() ?? (this.#small as HeldBytes).take();
    this.#waiting -= piece.length;
    return piece;
  }

  #drop(): void {
    this.#pieces = NO_PIECES;
    this.#small = undefined;
    this.#waiting = 0;
  }
}

const NO_PIECES: Uint8Array[] = [];

/** A copy with memory of its own: it may wait for a slow client, and a buffer of the pool keeps the whole pool. */
function copyOf(chunk: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(chunk.length);
  copy.set(chunk);
  return copy;
}

function flush(body: UndiciBody): void {
  body.flush();
}
