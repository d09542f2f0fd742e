import type { BodySink } from '../../http/request-body.ts';
import { noop } from '../../lib/noop.ts';

/** How much of a body is gathered, so that it is sent in one piece with the head. */
const MOST_GATHERED = 64 * 1024;

/** Told how far a body is. */
export interface OutgoingListener {
  /** The whole body has come; undefined where it is empty. */
  onWhole(body: Buffer | undefined): void;
  /** The body takes longer to come: the head goes without it. */
  onLong(): void;
  /** A body that took longer has been handed to the connection. */
  onLongSent(): void;
}

/** Where the pieces of a long body go. */
export interface PieceSink {
  write(chunk: Uint8Array): boolean;
  end(): void;
  onceDrained(listener: () => void): void;
}

/**
 * The body of a request on its way to undici. One that comes at once goes in one piece, together with
 * the head; any other goes piece by piece, behind the head.
 */
export class OutgoingBody implements BodySink {
  readonly #listener: OutgoingListener;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #isLong = false;
  #hasEnded = false;
  #isBlocked = false;
  #sink: PieceSink | undefined;
  #onDrain: () => void = noop;

  constructor(listener: OutgoingListener) {
    this.#listener = listener;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#sink !== undefined) return this.#forward(this.#sink, chunk);
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    if (this.#length < MOST_GATHERED) return true;
    this.#isBlocked = true;
    this.#goLong();
    return false;
  }

  end(chunk?: Uint8Array): void {
    this.#hasEnded = true;
    if (chunk !== undefined && chunk.length > 0) {
      if (this.#sink !== undefined) this.#sink.write(chunk);
      else this.#pieces.push(chunk);
    }
    if (this.#sink !== undefined) this.#endLong(this.#sink);
    else if (!this.#isLong) this.#listener.onWhole(this.#takeWhole());
  }

  on(_event: 'drain', listener: () => void): void {
    this.#onDrain = listener;
  }

  off(): void {
    this.#onDrain = noop;
  }

  /** A body that has not ended when this turn of the event loop is over takes longer to come. */
  waitForATurn(): void {
    if (!this.#hasEnded) setImmediate(OutgoingBody.#onTurn, this);
  }

  static #onTurn(self: OutgoingBody): void {
    if (!self.#hasEnded) self.#goLong();
  }

  /** The head has been sent: the pieces follow. */
  follow(sink: PieceSink): void {
    this.#sink = sink;
    let wantsMore = true;
    for (const piece of this.#pieces) wantsMore = sink.write(piece);
    this.#pieces = [];
    if (this.#hasEnded) this.#endLong(sink);
    else if (!wantsMore) this.#awaitDrain(sink);
    else if (this.#isBlocked) this.#drained();
  }

  #goLong(): void {
    if (this.#isLong) return;
    this.#isLong = true;
    this.#listener.onLong();
  }

  #forward(sink: PieceSink, chunk: Uint8Array): boolean {
    if (sink.write(chunk)) return true;
    this.#awaitDrain(sink);
    return false;
  }

  #awaitDrain(sink: PieceSink): void {
    this.#isBlocked = true;
    sink.onceDrained(() => this.#drained());
  }

  #drained(): void {
    this.#isBlocked = false;
    if (!this.#hasEnded) this.#onDrain();
  }

  #endLong(sink: PieceSink): void {
    sink.end();
    this.#listener.onLongSent();
  }

  #takeWhole(): Buffer | undefined {
    const pieces = this.#pieces;
    this.#pieces = [];
    const [first] = pieces;
    if (first === undefined) return undefined;
    if (pieces.length > 1) return Buffer.concat(pieces);
    return Buffer.from(first.buffer, first.byteOffset, first.byteLength);
  }
}
