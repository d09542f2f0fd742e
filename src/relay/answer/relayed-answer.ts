import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerEnd, AnswerProblem, AnswerStage } from '../../answer-stage.ts';
import type { BodyEdit, BodyEditor } from '../../body-editor.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { UpstreamError } from '../../engine/upstream-error.ts';
import type { ErrorReason } from '../../errors.ts';
import { cut } from '../../http/cut.ts';
import { endWhenRead } from '../../http/end-when-read.ts';
import { Deadline } from '../../lib/deadline.ts';
import type { EventSink } from '../../mcp/events/event-sink.ts';
import type { EndReason } from '../../observation.ts';
import { LONGEST_TIMER_MS } from '../../options/duration.ts';
import type { RelaySettings } from '../relay-settings.ts';
import { AnswerBody } from './body.ts';
import type { AnswerBodyListener } from './body-listener.ts';
import { writeAnswerHead } from './head.ts';
import { StackedEditors } from './stacked-editors.ts';
import { unrelayable } from './unrelayable.ts';

/** Told what becomes of an answer. */
export interface RelayedAnswerListener {
  /** It went out, whole or as far as it was to go. */
  onAnswerOver(isWhole: boolean): void;
  /** It cannot be passed on, or not to its end. */
  onAnswerFailed(reason: ErrorReason, cause?: unknown): void;
}

/** How long an event that has begun may take to end when the stream is to end behind it. */
const LAST_EVENT_MS = 5000;

const NONE: readonly AnswerStage[] = [];

/** An answer on its way to the client, from the moment that its head has been read. */
export class RelayedAnswer implements AnswerBodyListener {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #answer: UpstreamAnswer;
  readonly #settings: RelaySettings;
  readonly #listener: RelayedAnswerListener;
  readonly #context: RequestContext;
  /**
   * In the order in which the answer passes them: from the last slot to the first; empty once no stage is
   * needed any more.
   */
  #stages: readonly AnswerStage[];
  /** Runs until the answer has to end, and then until its last event is over. Made where it has to end. */
  #lastEvent: Deadline | undefined;
  #body: AnswerBody | undefined;
  /** Why it is to end between two events, if it is. */
  #end: EndReason | undefined;
  #isOver = false;

  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    answer: UpstreamAnswer,
    settings: RelaySettings,
    listener: RelayedAnswerListener,
  ) {
    this.#req = req;
    this.#res = res;
    this.#answer = answer;
    this.#settings = settings;
    this.#listener = listener;
    this.#context = contextOf(req);
    this.#stages = this.#context.stages.toReversed();
    for (const stage of this.#stages) stage.received?.(req, answer);
  }

  /** Why it cannot be passed on at all, as far as its head says; undefined where it can. */
  get problem(): AnswerProblem | undefined {
    const { url } = this.#context.lease?.target ?? this.#settings.target;
    const cause = unrelayable(this.#answer, url, (text) => this.#redact(text));
    return cause && { reason: 'upstream_invalid', cause };
  }

  #redact(text: string): string {
    return this.#stages.reduce((told, stage) => stage.redact?.(this.#req, told) ?? told, text);
  }

  /** Whether all of it has come from the upstream. */
  get isComplete(): boolean {
    return this.#answer.isComplete;
  }

  get isEventStream(): boolean {
    return this.#answer.isEventStream;
  }

  /** Passes it on, as soon as all stages have judged it. */
  start(): void {
    try {
      this.#judge(0);
    } catch (error) {
      this.#listener.onAnswerFailed('internal_error', error);
    }
  }

  /** Asks the stages from this one on, each when the one before it has agreed. */
  #judge(first: number): void {
    for (let at = first; at < this.#stages.length; at++) {
      const judged = this.#stages[at]?.judge?.(this.#req, this.#answer);
      if (judged instanceof Promise) {
        judged
          .then((problem) => this.#onJudged(problem, at))
          .catch((error) => this.#listener.onAnswerFailed('internal_error', error));
        return;
      }
      if (judged !== undefined) {
        this.#listener.onAnswerFailed(judged.reason, judged.cause);
        return;
      }
    }
    this.#passOn();
  }

  #onJudged(problem: AnswerProblem | undefined, at: number): void {
    if (this.#isOver) return;
    if (problem === undefined) this.#judge(at + 1);
    else this.#listener.onAnswerFailed(problem.reason, problem.cause);
  }

  #createEditor(): BodyEditor | undefined {
    let editor: BodyEditor | undefined;
    for (const stage of this.#stages) {
      const next = stage.editor?.(this.#req, this.#answer);
      editor = editor && next ? new StackedEditors(editor, next) : (next ?? editor);
    }
    return editor;
  }

  #passOn(): void {
    try {
      const editor = this.#createEditor();
      this.#body = new AnswerBody(this.#answer, this.#res, this.#settings, this, editor);
      this.#body.start();
    } catch (error) {
      // Node's own checks come last; what they refuse must not end the process.
      this.#listener.onAnswerFailed('internal_error', error);
      return;
    }
    for (const stage of this.#stages) stage.begun?.(this.#req, this.#answer);
    const end = this.#earliestEnd;
    if (end !== undefined && !this.#isOver) this.#endAt(end);
    if (this.#res.headersSent) this.#forget();
  }

  /** Drops what is not needed any more: a stream may stay open for days. */
  #forget(): void {
    this.#stages = NONE;
    this.#context.forgetStages();
    // Express goes on with a request by `next`, which holds the state of each router on the way. Its
    // `res.sendFile` still calls it where an app's page for errors fails: in the end, Express cuts the answer
    // as well.
    const req = this.#req as IncomingMessage & { next?: unknown };
    if (this.isEventStream && req.next !== undefined) req.next = cut.bind(undefined, this.#res);
  }

  get #earliestEnd(): AnswerEnd | undefined {
    let earliest: AnswerEnd | undefined;
    for (const stage of this.#stages) {
      const end = stage.endsAt?.(this.#req, this.#answer);
      if (end === undefined) continue;
      if (earliest === undefined || end.at < earliest.at) earliest = end;
    }
    return earliest;
  }

  #endAt(end: AnswerEnd): void {
    const ms = Math.min(Math.max(end.at - Date.now(), 0), LONGEST_TIMER_MS);
    const deadline = new Deadline();
    this.#lastEvent = deadline;
    deadline.start(ms, () => {
      this.#context.observation?.ended(end.why);
      deadline.start(LAST_EVENT_MS, () => this.#listener.onAnswerFailed(end.reason));
      this.endBetweenEvents(end.why);
    });
  }

  /** Ends an event stream between two events; does nothing to any other answer. */
  endBetweenEvents(why: EndReason): void {
    this.#end = why;
    this.#body?.endBetweenEvents();
  }

  /** The event stream, while it may take events of the gateway's own. */
  get events(): EventSink | undefined {
    return this.#body?.events;
  }

  /** Passes nothing on any more. */
  stop(): void {
    this.#isOver = true;
    this.#lastEvent?.clear();
    this.#body?.stop();
  }

  onAnswerBegin(edit: BodyEdit | undefined): void {
    this.#context.observation?.relayed();
    // From here on, no error can answer the request, which would need the bytes of its body. They are
    // dropped, because a stream may stay open for days.
    this.#context.body.forget();
    const { isInProcess } = this.#settings;
    writeAnswerHead(this.#res, this.#answer, { isInProcess, edit, stages: this.#stages });
  }

  onAnswerEnd(): void {
    this.#listener.onAnswerOver(true);
    this.#finish();
  }

  onAnswerCurtailed(): void {
    if (this.#end !== undefined) this.#context.observation?.ended(this.#end);
    this.#listener.onAnswerOver(false);
    this.#finish();
  }

  #finish(): void {
    endWhenRead(this.#req, this.#res);
    this.#body?.awaitLastBytes();
  }

  onWriteFailed(cause: unknown): void {
    this.#listener.onAnswerFailed('internal_error', cause);
  }

  onAnswerInvalid(cause: unknown): void {
    this.#listener.onAnswerFailed('upstream_invalid', cause);
  }

  onAnswerTimeout(): void {
    const { idle, stream } = this.#settings.timeouts;
    const cause = this.isEventStream
      ? new UpstreamError(`The event stream was open for ${stream} ms`, 'stream timer')
      : new UpstreamError(`Nothing more of the answer came for ${idle} ms`, 'idle timer');
    this.#listener.onAnswerFailed('upstream_timeout', cause);
  }

  onClientStalled(): void {
    this.#context.observation?.ended('client_stalled');
    if (!this.#isOver) this.#listener.onAnswerOver(false);
    cut(this.#res);
  }
}
