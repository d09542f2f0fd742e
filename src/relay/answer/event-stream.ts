import type { ServerResponse } from 'node:http';
import { Deadline } from '../../lib/deadline.ts';
import { EventBoundary } from '../../mcp/events/boundary.ts';
import type { EventSink } from '../../mcp/events/event-sink.ts';

/** A comment, which every reader of event streams skips (HTML standard, "Event stream format"). */
const COMMENT = ':\n\n';

/** How many bytes of the gateway's own events may wait for a client that does not read, or for a boundary. */
const MOST_WAITING = 64 * 1024;

/** Told when a stream may end. */
export interface EventStreamListener {
  /** It is to end now, between two events. Called at most once. */
  onAnswerCurtailed(): void;
}

/**
 * An event stream on its way to the client. Between two events, and only there, the gateway adds a comment
 * when the stream has been silent for too long, adds an event of its own, or ends the stream.
 */
export class EventStream implements EventSink {
  readonly #res: ServerResponse & { flush?: () => void };
  readonly #listener: EventStreamListener;
  readonly #boundary = new EventBoundary();
  readonly #silence = new Deadline();
  /** What the last write returned. */
  #wantsMore = true;
  #isEnding = false;
  #isOver = false;
  /** Events of the gateway's own that wait until the event that has begun is whole. */
  #waiting: Buffer[] | undefined;
  #waitingLength = 0;
  /** How many bytes of such events have been written, as far as they may still be in memory. */
  #unread = 0;

  constructor(res: ServerResponse, heartbeat: number | false, listener: EventStreamListener) {
    this.#res = res;
    this.#listener = listener;
    this.#silence.start(heartbeat, EventStream.#beat, this);
  }

  /** Passes bytes of the upstream on; false where the client has to read before more may come. */
  write(chunk: Buffer): boolean {
    const place = this.#waiting === undefined ? undefined : this.#boundary.placeIn(chunk);
    let wantsMore: boolean;
    if (place === undefined) wantsMore = this.#pass(chunk);
    else {
      this.#pass(chunk.subarray(0, place));
      this.#writeWaiting();
      wantsMore = this.#pass(chunk.subarray(place));
    }
    if (this.#boundary.takesEvent) this.#writeWaiting();
    this.#silence.restart();
    if (this.#isEnding) this.endBetweenEvents();
    return wantsMore;
  }

  /** Whether an event of the gateway's own has a place: not where the stream is ending, or too much waits already. */
  takes(event: Buffer): boolean {
    if (this.#isOver || this.#isEnding || this.#res.destroyed) return false;
    return this.#unreadNow + this.#waitingLength + event.length <= MOST_WAITING;
  }

  get #unreadNow(): number {
    return Math.min(this.#unread, this.#res.writableLength);
  }

  /**
   * Puts in an event of the gateway's own, with its blank line: now, or as soon as the one that has
   * begun is whole. False where there is no place for it.
   */
  send(event: Buffer): boolean {
    if (!this.takes(event)) return false;
    this.#unread = this.#unreadNow;
    this.#waiting ??= [];
    this.#waiting.push(event);
    this.#waitingLength += event.length;
    if (this.#boundary.takesEvent) this.#writeWaiting();
    return true;
  }

  /** Ends the stream now, or as soon as the event that has begun is whole. */
  endBetweenEvents(): void {
    this.#isEnding = true;
    if (this.#boundary.isBetweenEvents) this.#listener.onAnswerCurtailed();
  }

  /** The stream is over. */
  stop(): void {
    this.#isOver = true;
    this.#waiting = undefined;
    this.#silence.clear();
  }

  #pass(bytes: Buffer): boolean {
    if (bytes.length === 0) return this.#wantsMore;
    this.#boundary.push(bytes);
    this.#wantsMore = this.#res.write(bytes);
    return this.#wantsMore;
  }

  #writeWaiting(): void {
    if (this.#waiting === undefined) return;
    const events = Buffer.concat(this.#waiting);
    this.#waiting = undefined;
    this.#waitingLength = 0;
    this.#unread += events.length;
    this.#pass(events);
    this.#res.flush?.();
    this.#silence.restart();
  }

  static #beat(self: EventStream): void {
    self.#silence.restart();
    if (self.#res.writableNeedDrain || !self.#boundary.isBetweenEvents) return;
    self.#res.write(COMMENT);
    self.#res.flush?.();
  }
}
