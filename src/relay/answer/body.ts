import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { BodyEdit, BodyEditor } from '../../body-editor.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { Deadline } from '../../lib/deadline.ts';
import { noop } from '../../lib/noop.ts';
import type { Timeouts } from '../timeouts.ts';
import { EventStream } from './event-stream.ts';

/** Told what becomes of the body of an answer. */
export interface AnswerBodyListener {
  /** It is about to begin: now, if not before, the head has to be written. */
  onAnswerBegin(edit: BodyEdit | undefined): void;
  /** The client has been handed all of it. */
  onAnswerEnd(): void;
  /** Nothing more is to come, though the upstream has not ended: the gateway is closing. */
  onAnswerCurtailed(): void;
  /** It cannot be edited. */
  onAnswerInvalid(cause: unknown): void;
  /** The upstream has kept the client waiting for too long, or the stream has been open too long. */
  onAnswerTimeout(): void;
  /** The client has taken no more bytes for too long. */
  onClientStalled(): void;
}

/** The limits that an answer is under. */
export interface AnswerBodySettings {
  readonly timeouts: Timeouts;
  /** After how many milliseconds a silent event stream gets a comment; false for never. */
  readonly heartbeat: number | false;
}

/**
 * How far the client is. An editor may find that nothing can be passed on, which a head would deny: then
 * it waits.
 */
type Progress = 'waiting' | 'begun' | 'passing' | 'over';

/** What the editor is at. A step may take its time; a stream may end while it is paused for that. */
type Editing = 'ready' | 'busy' | 'busy, then last';

/**
 * The body of an answer on its way to the client: as it comes, no faster than the client reads. It is in
 * two states at once; what is not in the tables changes neither.
 *
 * | Progress | when | then | becomes |
 * | --- | --- | --- | --- |
 * | `waiting` | there is no editor, bytes come out of it, the head is flushed, or the body ends | the head is written | `begun` |
 * | `begun` | bytes for the client | they are written | `passing` |
 * | each | it is stopped | all timers are cleared | `over` |
 *
 * | Editing | when | then | becomes |
 * | --- | --- | --- | --- |
 * | `ready` | a step takes its time | the upstream is paused | `busy` |
 * | `busy` | the step is done | the upstream goes on, if the client reads | `ready` |
 * | `busy` | the upstream ends | – | `busy, then last` |
 * | `busy, then last` | the step is done | the last step begins | `ready` |
 */
export class AnswerBody {
  readonly #body: Readable;
  readonly #res: ServerResponse & { flush?: () => void };
  readonly #settings: AnswerBodySettings;
  readonly #listener: AnswerBodyListener;
  readonly #isStream: boolean;
  readonly #stream: EventStream | undefined;
  /** Runs from byte to byte, or for an event stream as a whole. */
  readonly #pace = new Deadline();
  /** Runs while the client takes no more bytes. */
  readonly #stall = new Deadline();
  readonly #editor: BodyEditor | undefined;
  #progress: Progress = 'waiting';
  #editing: Editing = 'ready';

  constructor(
    answer: UpstreamAnswer,
    res: ServerResponse,
    settings: AnswerBodySettings,
    listener: AnswerBodyListener,
    editor: BodyEditor | undefined,
  ) {
    this.#body = answer.body;
    this.#res = res;
    this.#settings = settings;
    this.#listener = listener;
    this.#editor = editor;
    this.#isStream = answer.isEventStream;
    if (this.#isStream && answer.isOpenEnded) {
      const { heartbeat } = settings;
      this.#stream = new EventStream(res, heartbeat, () => this.#listener.onAnswerCurtailed());
    }
  }

  /** Begins to pass it on. */
  start(): void {
    const { stream, idle } = this.#settings.timeouts;
    if (this.#editor === undefined) this.#begin();
    this.#pace.start(this.#isStream ? stream : idle, this.#onTimeout);
    this.#body.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#body.on('end', () => this.#end());
    this.#res.on('drain', () => this.#onDrain());
    // Together with the first bytes where they are there already, alone where they are not: a client
    // learns of a stream when it opens.
    if (this.#editor?.isHeld !== true) process.nextTick(() => this.#edit(this.#flushHead, noop));
  }

  /** Ends an event stream between two events; does nothing to any other answer. */
  endBetweenEvents(): void {
    this.#stream?.endBetweenEvents();
  }

  /** Puts an event of the gateway's own into an event stream; false where that is not possible. */
  send(event: Buffer): boolean {
    return this.#progress === 'passing' && this.#stream?.send(event) === true;
  }

  /** Passes nothing on any more. */
  stop(): void {
    this.#progress = 'over';
    this.#pace.clear();
    this.#stall.clear();
    this.#stream?.stop();
  }

  /** All is written; the last bytes may wait for a client that never reads them. */
  awaitLastBytes(): void {
    if (this.#res.writableLength > 0) this.#awaitClient();
  }

  get #isOver(): boolean {
    return this.#progress === 'over';
  }

  /** The head is written, if it is not yet. */
  #begin(): void {
    if (this.#progress !== 'waiting') return;
    this.#progress = 'begun';
    this.#listener.onAnswerBegin(this.#editor?.edit);
  }

  readonly #flushHead = (): undefined => {
    this.#begin();
    if (this.#progress === 'begun') this.#res.flushHeaders();
  };

  #take(chunk: Buffer): void {
    if (this.#isOver || chunk.length === 0) return;
    if (!this.#isStream) this.#pace.restart();
    const editor = this.#editor;
    if (editor === undefined) this.#pass(chunk);
    else this.#edit(() => editor.push(chunk, this.#pass), noop);
  }

  #end(): void {
    if (this.#isOver) return;
    if (this.#editing !== 'ready') {
      this.#editing = 'busy, then last';
      return;
    }
    const onDone = () => {
      this.#begin();
      this.#listener.onAnswerEnd();
    };
    const editor = this.#editor;
    if (editor === undefined) onDone();
    else this.#edit(() => editor.end(this.#pass), onDone);
  }

  /** Takes a step of the editor. While that takes its time, the upstream waits. */
  #edit(step: () => Promise<void> | undefined, onDone: () => void): void {
    try {
      const taken = step();
      if (taken === undefined) onDone();
      else this.#await(taken, onDone);
    } catch (error) {
      this.#listener.onAnswerInvalid(error);
    }
  }

  #await(taken: Promise<void>, onDone: () => void): void {
    this.#editing = 'busy';
    this.#body.pause();
    if (!this.#isStream) this.#pace.clear();
    taken
      .then(() => {
        const isLastDue = this.#editing === 'busy, then last';
        this.#editing = 'ready';
        if (this.#isOver) return;
        onDone();
        if (isLastDue) this.#end();
        else this.#proceed();
      })
      .catch((error) => {
        if (!this.#isOver) this.#listener.onAnswerInvalid(error);
      });
  }

  readonly #pass = (chunk: Buffer): void => {
    if (this.#isOver || chunk.length === 0) return;
    this.#begin();
    if (this.#progress === 'begun') this.#progress = 'passing';
    const wantsMore = this.#stream?.write(chunk) ?? this.#res.write(chunk);
    // `compression()` in front would keep what it was given.
    this.#res.flush?.();
    if (wantsMore || this.#isOver) return;
    this.#body.pause();
    if (!this.#isStream) this.#pace.clear();
    this.#awaitClient();
  };

  #onDrain(): void {
    if (this.#isOver) {
      this.#stall.restart();
      return;
    }
    this.#stall.clear();
    this.#proceed();
  }

  /** Lets the upstream go on, unless something still waits. */
  #proceed(): void {
    if (this.#isOver || this.#editing !== 'ready' || this.#res.writableNeedDrain) return;
    if (!this.#isStream) this.#pace.start(this.#settings.timeouts.idle, this.#onTimeout);
    this.#body.resume();
  }

  #awaitClient(): void {
    this.#stall.start(this.#settings.timeouts.idle, this.#onStall);
  }

  readonly #onStall = (): void => this.#listener.onClientStalled();

  readonly #onTimeout = (): void => this.#listener.onAnswerTimeout();
}
