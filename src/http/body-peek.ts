import type { IncomingMessage } from 'node:http';
import { HeldBytes } from './held-bytes.ts';

/** Told what a body is before it is sent. */
export interface PeekListener {
  /** These bytes have come, and are held back. */
  onPeekBytes(bytes: Uint8Array): void;
  /** This is all of it; undefined where it is too long. May be called at once. */
  onPeeked(body: Uint8Array | undefined): void;
}

/** Holds back the beginning of a request's body, until that is all of it, or more than there is room for. */
export class BodyPeek {
  readonly #req: IncomingMessage;
  readonly #limit: number;
  readonly #listener: PeekListener;
  readonly #held: HeldBytes;
  /** The piece that was too much. */
  #last: Uint8Array | undefined;
  /** Whether there is no more to come. */
  hasEnded = false;

  constructor(req: IncomingMessage, limit: number, listener: PeekListener) {
    this.#req = req;
    this.#limit = limit;
    this.#listener = listener;
    this.#held = new HeldBytes(limit);
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
    this.#req.off('data', this.#onData).off('end', this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#listener.onPeekBytes(chunk);
    if (this.#held.length + chunk.length <= this.#limit) {
      this.#held.push(chunk);
      return;
    }
    this.#last = chunk;
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
