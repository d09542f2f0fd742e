import type { IncomingMessage } from 'node:http';
import { thisTurn } from '../lib/this-turn.ts';
import { declaredLength } from './framing.ts';
import { HeldBytes, hasOwnMemory } from './held-bytes.ts';

/** A piece of at least this length is passed on as it is. */
export const LARGE = 4096;

const PUSH: unique symbol = Symbol('push');
const PASSED_IN: unique symbol = Symbol('turn of the last small piece');
const GATHERED: unique symbol = Symbol('gathered pieces');

/**
 * A message whose pieces are gathered: its own `push`, and the pieces that wait, once there have been some.
 */
type Gathering = IncomingMessage & {
  [PUSH]?: IncomingMessage['push'];
  /** The turn of the event loop in which a small piece was passed on last. */
  [PASSED_IN]?: number;
  [GATHERED]?: Gathered;
};

/** The bytes of a body that have come and have not been handed to its stream yet. */
interface Gathered {
  readonly held: HeldBytes;
  readonly read: IncomingMessage['read'];
  readonly destroy: IncomingMessage['destroy'];
  isScheduled: boolean;
}

/**
 * Puts small pieces of a message's body together: those that come in one read of the connection, and those
 * that come while the body is not read. A client decides how long its chunks are. Node makes a buffer of
 * each, which costs some 300 bytes, and its streams count the bytes alone: 64 KB that wait in chunks of one
 * byte cost 20 MB. The first piece in a turn of the event loop is passed on at once if no other waits: most
 * events of a stream come alone. The pieces after it wait for the end of the turn. A body that comes in one
 * piece is not copied.
 *
 * Call it before the body begins, at the head of the message.
 */
export function gatherPieces(message: Gathering): void {
  if (message[PUSH] !== undefined) return;
  message[PUSH] = message.push;
  // Functions that all messages share: see `watch-answer.ts` for what closures cost here.
  message.push = pushGathered;
}

/** Begins with the first piece that has to wait: most bodies come in one piece, and most events alone. */
function beginToHold(message: Gathering): Gathered {
  const { read, destroy } = message;
  const held = new HeldBytes(Number.POSITIVE_INFINITY, Buffer.allocUnsafeSlow);
  const gathered = { held, read, destroy, isScheduled: false };
  message[GATHERED] = gathered;
  message.read = readGathered;
  message.destroy = destroyGathered;
  return gathered;
}

/** How many bytes of a body have come and have not been read. */
export function unreadLength(message: Gathering): number {
  return message.readableLength + (message[GATHERED]?.held.length ?? 0);
}

function pushGathered(this: Gathering, chunk: unknown, encoding?: BufferEncoding): boolean {
  if (!(chunk instanceof Uint8Array) || isPassedOn(this, chunk)) {
    flush(this);
    return pushTo(this, chunk, encoding);
  }
  const turn = thisTurn();
  if (this[PASSED_IN] !== turn && unreadLength(this) === 0 && hasOwnMemory(chunk)) {
    this[PASSED_IN] = turn;
    return pushTo(this, chunk, encoding);
  }
  const gathered = this[GATHERED] ?? beginToHold(this);
  gathered.held.push(chunk);
  if (!gathered.isScheduled) {
    gathered.isScheduled = true;
    // An immediate, not a tick: Node runs ticks after each chunk.
    setImmediate(flushScheduled, this, gathered);
  }
  // As Node's own `push`, this returns whether the connection may go on.
  return unreadLength(this) < this.readableHighWaterMark;
}

/** Whether a piece is large, or the whole body. */
function isPassedOn(message: Gathering, { length }: Uint8Array): boolean {
  return length >= LARGE || length === declaredLength(message);
}

/** A reader that has read all that was in the stream gets what has been gathered behind it. */
function readGathered(this: Gathering, size?: number): unknown {
  const gathered = this[GATHERED] as Gathered;
  const chunk = gathered.read.call(this, size);
  if (this.readableLength === 0) flush(this);
  return chunk;
}

/** Hands the bytes that came before the connection broke to the stream first. */
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
