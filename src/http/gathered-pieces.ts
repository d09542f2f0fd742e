import type { IncomingMessage } from 'node:http';
import { declaredLength } from './framing.ts';
import { HeldBytes } from './held-bytes.ts';

/** What is at least this long is passed on as it is. */
export const LARGE = 4096;

const PUSH: unique symbol = Symbol('push');
const GATHERED: unique symbol = Symbol('gathered pieces');

/** A message whose pieces are gathered: what it had before, and what waits, if anything has. */
type Gathering = IncomingMessage & {
  [PUSH]?: IncomingMessage['push'];
  [GATHERED]?: Gathered;
};

/** What has come of a body and has not been handed to its stream yet. */
interface Gathered {
  readonly held: HeldBytes;
  readonly read: IncomingMessage['read'];
  readonly destroy: IncomingMessage['destroy'];
  isScheduled: boolean;
}

/**
 * Puts small pieces of a message's body together: those that come in one read of the connection, and
 * those that come while nobody reads the body. A client decides how long its chunks are. Node makes a
 * buffer of each, which costs some 300 bytes, and its streams count the bytes alone: 64 KB that wait in
 * chunks of one byte cost 20 MB. Nothing waits longer for it than for what else the process has just been
 * told of, and a body that comes in one piece is not copied.
 *
 * It is to be called before the body begins, at the head of the message.
 */
export function gatherPieces(message: Gathering): void {
  if (message[PUSH] !== undefined) return;
  message[PUSH] = message.push;
  // Functions that all messages share: see `watch-answer.ts` for what closures cost here.
  message.push = pushGathered;
}

/** From the first piece on that is not all there is: most bodies come in one. */
function beginToHold(message: Gathering): Gathered {
  const { read, destroy } = message;
  const held = new HeldBytes(Number.POSITIVE_INFINITY);
  const gathered = { held, read, destroy, isScheduled: false };
  message[GATHERED] = gathered;
  message.read = readGathered;
  message.destroy = destroyGathered;
  return gathered;
}

/** How many bytes of a body have come that nobody has read. */
export function unreadLength(message: Gathering): number {
  return message.readableLength + (message[GATHERED]?.held.length ?? 0);
}

function pushGathered(this: Gathering, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (!(chunk instanceof Uint8Array) || isPassedOn(this, chunk)) {
    flush(this);
    return pushTo(this, chunk, encoding);
  }
  const gathered = this[GATHERED] ?? beginToHold(this);
  gathered.held.push(chunk);
  if (!gathered.isScheduled) {
    gathered.isScheduled = true;
    // Not a tick: Node runs those after each chunk.
    setImmediate(flushScheduled, this, gathered);
  }
  // What Node's own `push` tells: whether the connection may go on.
  return unreadLength(this) < this.readableHighWaterMark;
}

/** What is large, or the whole body. */
function isPassedOn(message: Gathering, { length }: Uint8Array): boolean {
  return length >= LARGE || length === declaredLength(message);
}

/** Whoever has read all that was there gets what has been gathered behind it. */
function readGathered(this: Gathering, size?: number): unknown {
  const gathered = this[GATHERED] as Gathered;
  const chunk = gathered.read.call(this, size);
  if (this.readableLength === 0) flush(this);
  return chunk;
}

/** What came before a connection broke has come. */
function destroyGathered(this: Gathering, error?: Error): Gathering {
  const gathered = this[GATHERED] as Gathered;
  if (this.readableLength === 0) flush(this);
  return gathered.destroy.call(this, error) as Gathering;
}

function flushScheduled(message: Gathering, gathered: Gathered): void {
  gathered.isScheduled = false;
  if (message.readableLength === 0) flush(message);
}

function flush(message: Gathering): void {
  const held = message[GATHERED]?.held;
  if (held !== undefined && held.length > 0 && !message.destroyed) pushTo(message, held.take());
}

function pushTo(message: Gathering, chunk: unknown, encoding?: BufferEncoding): boolean {
  return (message[PUSH] as IncomingMessage['push']).call(message, chunk, encoding);
}
