import type { PeekBounds, PeekListener } from './body-peek.ts';
import { HeldPieces } from './held-pieces.ts';
import type { BodyListener, BodySink, RequestBody } from './request-body.ts';

/** How much of a body is kept, and where that counts. */
export interface KeepSettings {
  /** How many bytes at most. */
  readonly limit: number;
  /** Counts the bytes that are held. */
  readonly hold: {
    /** Whether so many bytes may be held in all. */
    hold(bytes: number): boolean;
    /** No byte is held any more, and none will be. */
    release(): void;
  };
}

/**
 * A body that is kept while it is sent, within its limit, so that it can be sent once more: first the bytes
 * that have been sent, then those that the client is still sending. The first sending does not wait for that.
 */
export class RepeatableBody implements RequestBody {
  readonly #body: RequestBody;
  readonly #settings: KeepSettings;
  readonly #sink = new SwitchedSink((chunk) => this.#keep(chunk));
  readonly #held: HeldPieces;
  #isBegun = false;
  #isKept: boolean;

  constructor(body: RequestBody, settings: KeepSettings) {
    this.#body = body;
    this.#settings = settings;
    this.#isKept = (body.length ?? 0) <= settings.limit;
    this.#held = new HeldPieces(settings.limit);
  }

  get length(): number | undefined {
    return this.#body.length;
  }

  peek(bounds: PeekBounds, listener: PeekListener): void {
    this.#body.peek(bounds, listener);
  }

  sendTo(outgoing: BodySink, listener: BodyListener): void {
    this.#isBegun = true;
    this.#sink.switchTo(outgoing, listener);
    this.#body.sendTo(this.#sink, this.#sink);
  }

  again(): Pick<RequestBody, 'sendTo'> | undefined {
    if (!this.#isKept) return undefined;
    if (!this.#isBegun) return this;
    this.#sink.switchOff();
    return {
      sendTo: (outgoing, listener) => {
        this.#isKept = false;
        this.#sink.switchTo(outgoing, listener, this.#held.take());
      },
    };
  }

  forget(): void {
    this.#isKept = false;
    this.#held.drop();
    this.#settings.hold.release();
  }

  stop(): void {
    this.#body.stop();
    this.forget();
  }

  #keep(chunk: Uint8Array): void {
    if (!this.#isKept) return;
    const { limit, hold } = this.#settings;
    const isTooMuch = this.#held.length + chunk.length > limit;
    if (isTooMuch || !hold.hold(this.#held.capacityWith(chunk))) this.forget();
    else this.#held.push(chunk);
  }
}

/** A sink whose bytes go to one stream, and from some moment on to another. Each has its own listener. */
class SwitchedSink implements BodySink, BodyListener {
  readonly #onChunk: (chunk: Uint8Array) => void;
  #outgoing: BodySink | undefined;
  #listener: BodyListener | undefined;
  /** Bytes that still came while there was no stream. The client's stream is paused then. */
  #waiting: Uint8Array[] = [];
  #end: 'whole' | 'lost' | undefined;
  #onDrain: (() => void) | undefined;

  constructor(onChunk: (chunk: Uint8Array) => void) {
    this.#onChunk = onChunk;
  }

  switchOff(): void {
    this.#outgoing?.off('drain', this.#drain);
    this.#outgoing = undefined;
    this.#listener = undefined;
  }

  /** @param sent - What another stream has got already. */
  switchTo(outgoing: BodySink, listener: BodyListener, sent?: Uint8Array): void {
    this.#outgoing = outgoing;
    this.#listener = listener;
    if (this.#end === 'lost') {
      listener.onBodyLost();
      return;
    }
    outgoing.on('drain', this.#drain);
    if (sent === undefined) return;
    for (const chunk of this.#waiting) listener.onBodyBytes(chunk);
    const chunks = [sent, ...this.#waiting].filter(({ length }) => length > 0);
    this.#waiting = [];
    const takeMore = chunks.map((chunk) => outgoing.write(chunk));
    if (this.#end === 'whole') {
      outgoing.end();
      listener.onBodySent();
    } else if (takeMore.at(-1) !== false) this.#drain();
    else listener.onBodyBlocked();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#outgoing === undefined) {
      this.#waiting.push(chunk);
      return false;
    }
    this.#onChunk(chunk);
    return this.#outgoing.write(chunk);
  }

  end(): void {
    this.#end = 'whole';
    this.#outgoing?.end();
  }

  on(_event: 'drain', listener: () => void): void {
    this.#onDrain = listener;
  }

  off(): void {
    this.#outgoing?.off('drain', this.#drain);
    this.#onDrain = undefined;
  }

  onBodyBytes(bytes: Uint8Array): void {
    this.#listener?.onBodyBytes(bytes);
  }

  onBodySent(): void {
    this.#listener?.onBodySent();
  }

  onBodyBlocked(): void {
    this.#listener?.onBodyBlocked();
  }

  onBodyFlowing(): void {
    this.#listener?.onBodyFlowing();
  }

  onBodyLost(): void {
    this.#end = 'lost';
    this.#listener?.onBodyLost();
  }

  readonly #drain = (): void => this.#onDrain?.();
}
