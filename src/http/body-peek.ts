import type { IncomingMessage } from 'node:http';
import { HeldBytes } from './held-bytes.ts';

/** Told what a body is before it is sent. */
export interface PeekListener {
  /** These bytes have come, and are held back. */
  onPeekBytes(bytes: Uint8Array): void;
  /** This is all of it; undefined where it is too long, or takes too long. May be called at once. */
  onPeeked(body: Uint8Array | undefined): void;
}

/** How much of a body is held back, and for how long. */
export interface PeekBounds {
  readonly bytes: number;
  readonly ms: number;
}

/**
 * Holds back a request's body until it is whole, or longer than the bound, or the time is over. There is a
 * time, because an upstream may answer before a body ends, and a client may wait for that.
 */
export class BodyPeek {
  readonly #req: IncomingMessage;
  readonly #limit: number;
  readonly #timer: NodeJS.Timeout;
  readonly #listener: PeekListener;
  readonly #held: HeldBytes;
  /** The piece that was too much. */
  #last: Uint8Array | undefined;
  /** Whether there is no more to come. */
  hasEnded = false;

  constructor(req: IncomingMessage, { bytes, ms }: PeekBounds, listener: PeekListener) {
    this.#req = req;
    this.#limit = bytes;
    this.#listener = listener;
    this.#held = new HeldBytes(bytes);
    this.#timer = setTimeout(this.#giveUp, ms);
    req.on('data', this.#onData).on('end', this.#onEnd).resume();
  }

  /** Gives what was held back, in order, and holds nothing any more. */
  take(): Uint8Array[] {
    const pieces = [this.#held.take(), this.#last ?? EMPTY].filter(({ length }) => length > 0);
    this.#last = undefined;
    return pieces;
  }

  /** Lets go of the request, and of what is held. */
  stop(): void {
    this.#leave();
    this.take();
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#req.off('data', this.#onData).off('end', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#listener.onPeekBytes(chunk);
    if (this.#held.length + chunk.length <= this.#limit) {
      this.#held.push(chunk);
      return;
    }
    this.#last = chunk;
    this.#giveUp();
  };

  readonly #giveUp = (): void => {
    this.#leave();
    this.#req.pause();
    this.#listener.onPeeked(undefined);
  };

  readonly #onEnd = (): void => {
    this.hasEnded = true;
    this.#leave();
    this.#listener.onPeeked(this.#held.bytes);
  };
}

const EMPTY = new Uint8Array();
