import type { IncomingMessage } from 'node:http';
import { type BodyEventListener, hearBody, leaveBody } from './body-events.ts';
import { BodyPeek, type PeekBounds, type PeekListener } from './body-peek.ts';
import { declaredLength, hasBody } from './framing.ts';

/** Told how the sending of a body goes. */
export interface BodyListener {
  /** These bytes go upstream. */
  onBodyBytes(bytes: Uint8Array): void;
  /** All of it has been handed over. */
  onBodySent(): void;
  /** The upstream takes no more for now. */
  onBodyBlocked(): void;
  /** The upstream takes more again. */
  onBodyFlowing(): void;
  /** Some bytes of the body never came here: another middleware was reading as well. */
  onBodyLost(): void;
}

/** What a body is written to: the part of a `Writable` that is needed. */
export interface BodySink {
  /** Whether it takes more at once; otherwise it says `drain` when it does. */
  write(chunk: Uint8Array): boolean;
  end(chunk?: Uint8Array): unknown;
  on(event: 'drain', listener: () => void): unknown;
  off(event: 'drain', listener: () => void): unknown;
}

/** A request body on its way upstream: the bytes that came, once, in order. */
export interface RequestBody {
  /** For `Content-Length`; undefined sends it chunked. */
  readonly length: number | undefined;
  /**
   * Holds back what comes, until that is the whole body, or a bound is reached. Called once at most, before
   * `sendTo`, which then begins with what has been held back.
   */
  peek(bounds: PeekBounds, listener: PeekListener): void;
  /** Writes the body and ends `outgoing`. */
  sendTo(outgoing: BodySink, listener: BodyListener): void;
  /** The same for another stream, which takes the place of the first; undefined where it is not kept. */
  again?(): Pick<RequestBody, 'sendTo'> | undefined;
  /** The body is not sent again: what is kept of it may go. */
  forget?(): void;
  /** Sends no more and lets go of the client's stream. */
  stop(): void;
}

/**
 * Opens the body of a request: streamed where its bytes are still to be read, replayed from `req.rawBody`
 * where another middleware has read and kept them. Undefined where the bytes that came are gone, because
 * re-serialised JSON is not what the client sent.
 */
export function openBody(req: IncomingMessage & { rawBody?: unknown }): RequestBody | undefined {
  if (!hasBody(req)) return new KeptBody(undefined);
  if (isUntouched(req)) return new StreamedBody(req);
  return isAsSent(req, req.rawBody) ? new KeptBody(req.rawBody) : undefined;
}

/**
 * Whether every byte can still be read here. A middleware that listens to `data` may go on listening; one
 * that reads by `readable` would take bytes away, and decoded text is no longer the bytes that came.
 */
function isUntouched(req: IncomingMessage): boolean {
  return (
    !req.readableDidRead &&
    !req.readableEnded &&
    req.readableEncoding === null &&
    req.listenerCount('readable') === 0
  );
}

/**
 * Whether kept bytes are those that the client sent. Body parsers inflate before they keep: then the length
 * or the coding shows that the bytes are different.
 */
function isAsSent(req: IncomingMessage, kept: unknown): kept is Uint8Array {
  if (!(kept instanceof Uint8Array)) return false;
  const length = declaredLength(req);
  if (length !== undefined) return kept.length === length;
  const coding = req.headers['content-encoding'];
  return coding === undefined || coding.toLowerCase() === 'identity';
}

const NOTHING = new Uint8Array();

class KeptBody implements RequestBody {
  readonly length: number;
  readonly #bytes: Uint8Array | undefined;

  constructor(bytes: Uint8Array | undefined) {
    this.length = bytes?.length ?? 0;
    this.#bytes = bytes;
  }

  peek({ bytes }: PeekBounds, listener: PeekListener): void {
    listener.onPeeked(this.length > bytes ? undefined : (this.#bytes ?? NOTHING));
  }

  sendTo(outgoing: BodySink, listener: BodyListener): void {
    if (this.#bytes !== undefined) listener.onBodyBytes(this.#bytes);
    this.#write(outgoing, listener);
  }

  again(): Pick<RequestBody, 'sendTo'> {
    return { sendTo: (outgoing, listener) => this.#write(outgoing, listener) };
  }

  #write(outgoing: BodySink, listener: BodyListener): void {
    outgoing.end(this.#bytes);
    listener.onBodySent();
  }

  stop(): void {}
}

class StreamedBody implements RequestBody, BodyEventListener {
  readonly length: number | undefined;
  readonly #req: IncomingMessage;
  #sent = 0;
  #outgoing: BodySink | undefined;
  #listener: BodyListener | undefined;
  #peek: BodyPeek | undefined;
  /** Listens to `drain`, once the upstream has taken no more. */
  #drained: (() => void) | undefined;
  #isOver = false;

  constructor(req: IncomingMessage) {
    this.length = declaredLength(req);
    this.#req = req;
    // An earlier listener may have set the stream flowing; no byte may pass before this class listens.
    req.pause();
  }

  peek(bounds: PeekBounds, listener: PeekListener): void {
    if (this.length !== undefined && this.length > bounds.bytes) listener.onPeeked(undefined);
    else this.#peek = new BodyPeek(this.#req, bounds, listener);
  }

  sendTo(outgoing: BodySink, listener: BodyListener): void {
    // Between the check and now, another middleware may have begun to read.
    const isWhole =
      this.#peek === undefined ? isUntouched(this.#req) : this.#req.listenerCount('readable') === 0;
    if (!isWhole) {
      listener.onBodyLost();
      return;
    }
    this.#outgoing = outgoing;
    this.#listener = listener;
    let isBlocked = false;
    for (const piece of this.#peek?.take() ?? []) isBlocked = !this.#forward(piece) || isBlocked;
    if (this.#peek?.hasEnded) {
      this.onEnd();
      return;
    }
    hearBody(this.#req, this);
    if (!isBlocked) this.#req.resume();
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#peek?.stop();
    if (this.#drained !== undefined) this.#outgoing?.off('drain', this.#drained);
    leaveBody(this.#req);
  }

  onData(chunk: Buffer): void {
    if (!this.#forward(chunk)) this.#req.pause();
  }

  /** Whether more may follow at once. */
  #forward(chunk: Uint8Array): boolean {
    this.#sent += chunk.length;
    this.#listener?.onBodyBytes(chunk);
    if (this.#outgoing?.write(chunk) !== false) return true;
    if (this.#drained === undefined) {
      this.#drained = () => this.#onDrain();
      this.#outgoing?.on('drain', this.#drained);
    }
    this.#listener?.onBodyBlocked();
    return false;
  }

  #onDrain(): void {
    this.#listener?.onBodyFlowing();
    this.#req.resume();
  }

  onEnd(): void {
    // An upstream that waits for more would take it from the next request.
    const isWhole =
      this.length === undefined
        ? this.#req.listenerCount('readable') === 0
        : this.#sent === this.length;
    if (!isWhole) {
      this.#listener?.onBodyLost();
      return;
    }
    this.#isOver = this.#drained === undefined;
    this.#outgoing?.end();
    this.#listener?.onBodySent();
  }
}
