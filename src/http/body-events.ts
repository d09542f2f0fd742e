import type { EventEmitter } from 'node:events';

/** The part of a Node stream that is needed to read a body: it emits `data` and `end`. */
export interface ReadableBody extends EventEmitter {
  pause(): this;
  resume(): this;
}

/** Told what becomes of a body that is read. */
export interface BodyEventListener {
  onData(chunk: Buffer): void;
  onEnd(): void;
}

const LISTENER: unique symbol = Symbol('express-mcp-gateway.body');

interface Heard {
  [LISTENER]?: BodyEventListener;
}

/**
 * Tells `listener` what comes. All bodies share these functions: functions for each body cost more than the
 * work that they do, and stay as long as a stream is open.
 */
export function hearBody(body: ReadableBody & Heard, listener: BodyEventListener): void {
  body[LISTENER] = listener;
  body.on('data', onData).on('end', onEnd);
}

/** Tells the listener nothing any more. */
export function leaveBody(body: ReadableBody & Heard): void {
  body.off('data', onData).off('end', onEnd);
}

function onData(this: Heard, chunk: Buffer): void {
  this[LISTENER]?.onData(chunk);
}

function onEnd(this: Heard): void {
  this[LISTENER]?.onEnd();
}
