import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventBoundary } from '../mcp/event-boundary.ts';
import { Deadline } from './deadline.ts';

/** A comment, which every reader of event streams skips (HTML standard, "Event stream format"). */
const COMMENT = ':\n\n';

/**
 * Keeps a silent event stream alive through whatever is between the client and here. It writes only
 * between events, and only where the client reads; these are the only bytes the gateway ever adds.
 */
export class Heartbeat {
  readonly #res: ServerResponse & { flush?: () => void };
  readonly #boundary = new EventBoundary();
  readonly #silence = new Deadline();

  constructor(res: ServerResponse, every: number) {
    this.#res = res;
    this.#silence.start(every, this.#beat);
  }

  /** Takes note of what has just been passed on. */
  push(chunk: Uint8Array): void {
    this.#boundary.push(chunk);
    this.#silence.restart();
  }

  stop(): void {
    this.#silence.clear();
  }

  readonly #beat = (): void => {
    this.#silence.restart();
    if (this.#res.writableNeedDrain || !this.#boundary.isBetweenEvents) return;
    this.#res.write(COMMENT);
    this.#res.flush?.();
  };
}

/**
 * Whether bytes can be added to an answer without breaking it: neither its length is fixed nor are
 * its bytes encoded.
 */
export function canBeat(answer: IncomingMessage): boolean {
  const { 'content-length': length, 'content-encoding': coding } = answer.headers;
  return length === undefined && (coding === undefined || coding.toLowerCase() === 'identity');
}
