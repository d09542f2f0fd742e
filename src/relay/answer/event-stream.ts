import type { IncomingMessage, ServerResponse } from 'node:http';
import { Deadline } from '../../lib/deadline.ts';
import { EventBoundary } from '../../mcp/events/boundary.ts';

/** A comment, which every reader of event streams skips (HTML standard, "Event stream format"). */
const COMMENT = ':\n\n';

/**
 * What the gateway does to an event stream besides passing it on, and only between two events: a
 * comment when it has been silent for too long (the only bytes the gateway ever adds), and its end
 * when the gateway closes.
 */
export class EventStream {
  readonly #res: ServerResponse & { flush?: () => void };
  readonly #end: () => void;
  readonly #boundary = new EventBoundary();
  readonly #silence = new Deadline();
  #isEnding = false;

  /** `end` ends the stream; called at most once, between two events. */
  constructor(res: ServerResponse, heartbeat: number | false, end: () => void) {
    this.#res = res;
    this.#end = end;
    this.#silence.start(heartbeat, this.#beat);
  }

  /** Takes note of what has just been passed on. */
  push(chunk: Uint8Array): void {
    this.#boundary.push(chunk);
    this.#silence.restart();
    if (this.#isEnding) this.endBetweenEvents();
  }

  /** Ends the stream now, or as soon as the event that has begun is whole. */
  endBetweenEvents(): void {
    this.#isEnding = true;
    if (this.#boundary.isBetweenEvents) this.#end();
  }

  /** The stream is over. */
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
 * Whether an event stream can be added to or ended early without breaking it: neither its length is
 * fixed nor are its bytes encoded.
 */
export function isOpenEnded(answer: IncomingMessage): boolean {
  const { 'content-length': length, 'content-encoding': coding } = answer.headers;
  return length === undefined && (coding === undefined || coding.toLowerCase() === 'identity');
}
