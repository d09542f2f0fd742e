import { HeldBytes } from '../../http/held-bytes.ts';
import { isEventStream } from '../../http/media-type.ts';
import { readEvent } from '../../mcp/events/data.ts';
import { EventEnds } from '../../mcp/events/event-ends.ts';
import { decodeUtf8 } from '../../mcp/json/utf8.ts';
import { answersIn, type MessageAnswer } from '../../mcp/message/answers.ts';

/** How many bytes of an answer are held at once: of a whole body, or of one event. */
const MOST_HELD = 64 * 1024;

const OPEN_BRACE = 0x7b;

/** Reads the bytes that a client is sent, to find the answers to its requests. */
export interface AnswerTap {
  /** Bytes that have been written. */
  push(bytes: Uint8Array): void;
  /** No more follow. */
  end(): void;
}

/** Takes an answer; gives false where no other is awaited. */
export type TakeAnswer = (answer: MessageAnswer) => boolean;

/** A tap for an answer of this type; undefined where such an answer cannot be read. */
export function answerTap(contentType: string, take: TakeAnswer): AnswerTap | undefined {
  if (isEventStream(contentType)) return new EventTap(take);
  return /^application\/json[\t ]*(;|$)/i.test(contentType) ? new BodyTap(take) : undefined;
}

/** Reads a body as a whole, unless it is too long. */
class BodyTap implements AnswerTap {
  readonly #take: TakeAnswer;
  #held: HeldBytes | undefined = new HeldBytes(MOST_HELD);

  constructor(take: TakeAnswer) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    if (this.#held === undefined) return;
    if (this.#held.length + bytes.length > MOST_HELD) this.#held = undefined;
    else this.#held.push(bytes);
  }

  end(): void {
    const bytes = this.#held?.take();
    this.#held = undefined;
    const text = bytes && decodeUtf8(bytes);
    if (text !== undefined) for (const answer of answersIn(text)) this.#take(answer);
  }
}

/**
 * Reads the events of a stream, each as a whole. An event that is too long is skipped. An incomplete one at
 * the end of the stream is no event (HTML standard, "Interpreting an event stream").
 */
class EventTap implements AnswerTap {
  readonly #take: TakeAnswer;
  readonly #ends = new EventEnds();
  #held = new HeldBytes(MOST_HELD);
  #isTooLong = false;
  #isFirst = true;
  #isOver = false;

  constructor(take: TakeAnswer) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    let start = 0;
    for (const end of this.#ends.push(bytes)) {
      this.#hold(bytes.subarray(start, end));
      start = end;
      this.#endEvent();
      if (this.#isOver) return;
    }
    this.#hold(bytes.subarray(start));
  }

  end(): void {
    this.#isOver = true;
    this.#held.take();
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#isTooLong) return;
    this.#isTooLong = this.#held.length + bytes.length > MOST_HELD;
    if (this.#isTooLong) this.#held = new HeldBytes(MOST_HELD);
    else this.#held.push(bytes);
  }

  #endEvent(): void {
    const bytes = this.#held.take();
    if (!this.#isTooLong && bytes.includes(OPEN_BRACE)) this.#read(bytes);
    this.#isTooLong = false;
    this.#isFirst = false;
  }

  #read(bytes: Buffer): void {
    const text = decodeUtf8(bytes);
    if (text === undefined) return;
    const { type, data } = readEvent(text, this.#isFirst);
    // Only events of the type `message`, which is the default, are messages to a client of MCP.
    if (type !== '' && type !== 'message') return;
    for (const answer of answersIn(data)) if (!this.#take(answer)) this.end();
  }
}
