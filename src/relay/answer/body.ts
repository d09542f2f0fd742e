import type { ServerResponse } from 'node:http';
import type { BodyEditor } from '../../body-editor.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { type BodyEventListener, hearBody } from '../../http/body-events.ts';
import { sendHead } from '../../http/send-head.ts';
import { Deadline } from '../../lib/deadline.ts';
import { noop } from '../../lib/noop.ts';
import type { AnswerBodyListener } from './body-listener.ts';
import type { AnswerBodySettings } from './body-settings.ts';
import { EventStream } from './event-stream.ts';

/**
 * How far the client's answer is. With an editor, the head waits: the editor may find that the body cannot be
 * passed on, and a head that has been sent would deny that.
 */
type Progress = 'waiting' | 'begun' | 'passing' | 'over';

/** What the editor does. A step may be asynchronous; a stream may end while it is paused for that. */
type Editing = 'ready' | 'busy' | 'busy, then last';

/**
 * The body of an answer on its way to the client: as it comes, no faster than the client reads. It has two
 * states at once; an event that is not in the tables changes neither.
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
export class AnswerBody implements BodyEventListener {
  readonly #answer: UpstreamAnswer;
  readonly #res: ServerResponse & { flush?: () => void };
  readonly #settings: AnswerBodySettings;
  readonly #listener: AnswerBodyListener;
  readonly #stream: EventStream | undefined;
  /** Runs from byte to byte, or for an event stream as a whole. */
  readonly #pace = new Deadline();
  /** Runs while the client takes no more bytes. Made when it is needed, which is rare. */
  #stall: Deadline | undefined;
  readonly #editor: BodyEditor | undefined;
  #progress: Progress = 'waiting';
  #editing: Editing = 'ready';
  #hearsDrain = false;
  /** Not `res.writableNeedDrain`: behind `compression()`, the stream that says `drain` is another. */
  #isBlocked = false;

  constructor(
    answer: UpstreamAnswer,
    res: ServerResponse,
    settings: AnswerBodySettings,
    listener: AnswerBodyListener,
    editor: BodyEditor | undefined,
  ) {
    this.#answer = answer;
    this.#res = res;
    this.#settings = settings;
    this.#listener = listener;
    this.#editor = editor;
    if (this.#isStream && answer.isOpenEnded) {
      this.#stream = new EventStream(res, settings.heartbeat, listener);
    }
  }

  /** Begins to pass it on. */
  start(): void {
    if (this.#editor === undefined) this.#begin();
    if (this.#isStream) this.#startPace(this.#settings.timeouts.stream);
    hearBody(this.#answer.body, this);
    // The head goes together with the first bytes if they are there already, and alone otherwise: a client
    // has to learn of a stream when it opens.
    if (this.#editor?.isHeld === true) this.#awaitMore();
    else process.nextTick(AnswerBody.#onTick, this);
  }

  static #onTick(self: AnswerBody): void {
    try {
      self.#begin();
      if (self.#progress === 'begun') sendHead(self.#res);
      if (!self.#isOver && !self.#answer.isComplete) self.#awaitMore();
    } catch (error) {
      self.#listener.onAnswerInvalid(error);
    }
  }

  #startPace(ms: number | false): void {
    this.#pace.start(ms, AnswerBody.#onTimeout, this);
  }

  static readonly #onTimeout = (self: AnswerBody): void => self.#listener.onAnswerTimeout();

  /** Ends an event stream between two events; does nothing to any other answer. */
  endBetweenEvents(): void {
    this.#stream?.endBetweenEvents();
  }

  /** The event stream, while it may take events of the gateway's own. */
  get events(): EventStream | undefined {
    return this.#progress === 'passing' ? this.#stream : undefined;
  }

  /** Passes nothing on any more. */
  stop(): void {
    this.#progress = 'over';
    this.#pace.clear();
    this.#stall?.clear();
    this.#stream?.stop();
  }

  /** All is written; the last bytes may wait for a client that never reads them. */
  awaitLastBytes(): void {
    if (this.#res.writableLength > 0) this.#awaitClient();
  }

  get #isStream(): boolean {
    return this.#answer.isEventStream;
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

  onData(chunk: Buffer): void {
    if (this.#isOver || chunk.length === 0) return;
    if (!this.#isStream) this.#pace.restart();
    const editor = this.#editor;
    if (editor === undefined) this.#write(() => this.#pass(chunk));
    else this.#edit(() => editor.push(chunk, this.#passing), noop);
  }

  onEnd(): void {
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
    if (editor === undefined) this.#write(onDone);
    else this.#edit(() => editor.end(this.#passing), onDone);
  }

  /** A middleware of the app may have put its own `write` and `end` on the response, which may throw. */
  #write(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#listener.onWriteFailed(error);
    }
  }

  /** Runs a step of the editor. The upstream waits as long as it takes. */
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
    this.#answer.body.pause();
    if (!this.#isStream) this.#pace.clear();
    taken
      .then(() => {
        const isLastDue = this.#editing === 'busy, then last';
        this.#editing = 'ready';
        if (this.#isOver) return;
        onDone();
        if (isLastDue) this.onEnd();
        else this.#proceed();
      })
      .catch((error) => {
        if (!this.#isOver) this.#listener.onAnswerInvalid(error);
      });
  }

  /** Where an editor gives its bytes. */
  get #passing(): (chunk: Buffer) => void {
    return (chunk) => this.#pass(chunk);
  }

  #pass(chunk: Buffer): void {
    if (this.#isOver || chunk.length === 0) return;
    this.#begin();
    if (this.#progress === 'begun') this.#progress = 'passing';
    const wantsMore = this.#stream?.write(chunk) ?? this.#res.write(chunk);
    // `compression()` in front would keep what it was given.
    this.#res.flush?.();
    if (wantsMore || this.#isOver) return;
    this.#isBlocked = true;
    this.#answer.body.pause();
    if (!this.#isStream) this.#pace.clear();
    this.#awaitClient();
  }

  #onDrain(): void {
    this.#isBlocked = false;
    if (this.#isOver) {
      this.#stall?.restart();
      return;
    }
    this.#stall?.clear();
    this.#proceed();
  }

  /** Lets the upstream go on, unless something still waits. */
  #proceed(): void {
    if (this.#isOver || this.#editing !== 'ready' || this.#isBlocked) return;
    this.#awaitMore();
    this.#answer.body.resume();
  }

  /** An answer that has come whole with its head, as most do, needs no timer. */
  #awaitMore(): void {
    if (this.#isStream || this.#editing !== 'ready' || this.#isBlocked) return;
    this.#startPace(this.#settings.timeouts.idle);
  }

  #awaitClient(): void {
    // Only once a client is slow, which is rare. `compression()` calls the listener with another `this`.
    if (!this.#hearsDrain) this.#res.on('drain', () => this.#onDrain());
    this.#hearsDrain = true;
    this.#stall ??= new Deadline();
    const { idle } = this.#settings.timeouts;
    this.#stall.start(idle, () => this.#listener.onClientStalled());
  }
}
