import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerProblem, AnswerStage } from '../../answer-stage.ts';
import type { BodyEdit, BodyEditor } from '../../body-editor.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import type { ErrorReason } from '../../errors.ts';
import { cut } from '../../http/cut.ts';
import { endWhenRead } from '../../http/end-when-read.ts';
import { Deadline } from '../../lib/deadline.ts';
import { LONGEST_TIMER_MS } from '../../options/duration.ts';
import { listEditor } from '../../slots/filter-lists/list-editor.ts';
import type { RelaySettings } from '../relay-settings.ts';
import { AnswerBody, type AnswerBodyListener } from './body.ts';
import { writeAnswerHead } from './head.ts';
import { unrelayable } from './unrelayable.ts';

/** Told what becomes of an answer. */
export interface RelayedAnswerListener {
  /** It went out, whole or as far as it was to go. */
  onAnswerOver(isWhole: boolean): void;
  /** It cannot be passed on, or no further. */
  onAnswerFailed(reason: ErrorReason, cause?: unknown): void;
}

/** How long an event that has begun may take to end when the stream is to end behind it. */
const LAST_EVENT_MS = 5000;

/** The request whose answer is a stream that stays open (MCP 2026-07-28, "Subscriptions"). */
const LISTEN = 'subscriptions/listen';

/** An answer on its way to the client, from the moment that its head has been read. */
export class RelayedAnswer implements AnswerBodyListener {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #answer: UpstreamAnswer;
  readonly #settings: RelaySettings;
  readonly #listener: RelayedAnswerListener;
  readonly #context: RequestContext;
  /** From the first to the last: it passes them the other way. */
  readonly #stages: readonly AnswerStage[];
  #editor: BodyEditor | undefined;
  readonly #expiry = new Deadline();
  #body: AnswerBody | undefined;
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
    this.#stages = this.#context.stages;
    for (const stage of this.#stages) stage.received?.(req, answer);
  }

  /** Why it cannot be passed on at all, as far as its head says; undefined where it can. */
  get problem(): AnswerProblem | undefined {
    const cause =
      unrelayable(this.#answer, this.#settings.target, this.#redact) ?? this.#uneditable;
    return cause && { reason: 'upstream_invalid', cause };
  }

  readonly #redact = (text: string): string =>
    this.#stages.reduce((told, stage) => stage.redact?.(this.#req, told) ?? told, text);

  get #uneditable(): Error | undefined {
    if (!this.#isEditedStream || this.#answer.isOpenEnded) return undefined;
    return new Error(
      'The upstream answered with an event stream that has a Content-Length or a Content-Encoding: ' +
        'the endpoint that it names cannot be replaced',
    );
  }

  /** Whether the upstream has said all of it. */
  get isComplete(): boolean {
    return this.#answer.isComplete;
  }

  get #isEditedStream(): boolean {
    return this.#answer.isEventStream && this.#settings.streamEditorOf !== undefined;
  }

  /** Passes it on, as soon as all stages have judged it. */
  start(): void {
    try {
      this.#editor = this.#createEditor();
    } catch (error) {
      this.#listener.onAnswerFailed('upstream_invalid', error);
      return;
    }
    this.#judge(this.#stages.length - 1);
  }

  /** Asks the stages from this one to the first, each when the one behind it has agreed. */
  #judge(last: number): void {
    for (let at = last; at >= 0; at--) {
      const judged = this.#stages[at]?.judge?.(this.#req, this.#answer);
      if (judged instanceof Promise) {
        judged
          .then((problem) => {
            if (this.#isOver) return;
            if (problem === undefined) this.#judge(at - 1);
            else this.#refuse(problem);
          })
          .catch((error) => this.#listener.onAnswerFailed('internal_error', error));
        return;
      }
      if (judged !== undefined) {
        this.#refuse(judged);
        return;
      }
    }
    this.#passOn();
  }

  #refuse({ reason, cause }: AnswerProblem): void {
    this.#listener.onAnswerFailed(reason, cause);
  }

  #createEditor(): BodyEditor | undefined {
    const { listFilter } = this.#context;
    const lists = listFilter && listEditor(this.#answer, listFilter);
    return this.#isEditedStream
      ? this.#settings.streamEditorOf?.(this.#req, this.#res, lists)
      : lists;
  }

  #passOn(): void {
    try {
      this.#body = new AnswerBody(this.#answer, this.#res, this.#settings, this, this.#editor);
      this.#body.start();
    } catch (error) {
      // Node's own checks come last; what they refuse must not end the process.
      this.#listener.onAnswerFailed('internal_error', error);
      return;
    }
    if (this.#isEditedStream) this.#context.sendEvent = this.#sendEvent;
    if (this.#context.isDraining) this.windDown(false);
    if (this.#answer.isEventStream && (this.#isEndless || this.#isEditedStream))
      this.#endAtExpiry();
  }

  /** The credentials that opened a stream expire while it is open: it ends, and the client comes back. */
  #endAtExpiry(): void {
    const { expiresAt } = this.#context;
    if (expiresAt === undefined) return;
    const ms = Math.min(Math.max(expiresAt - Date.now(), 0), LONGEST_TIMER_MS);
    this.#expiry.start(ms, () => {
      this.#context.observation?.ended('token_expired');
      this.#expiry.start(LAST_EVENT_MS, () => this.#listener.onAnswerFailed('unauthorized'));
      this.#body?.endBetweenEvents();
    });
  }

  /**
   * The gateway closes. What may stay open for ever ends; the answer to a call, streamed or not, gets
   * until the last call.
   */
  windDown(isLastCall: boolean): void {
    if (isLastCall || this.#isEndless) this.#body?.endBetweenEvents();
  }

  get #isEndless(): boolean {
    const { method, headers } = this.#req;
    // In the older transport the answers to all calls come on the stream.
    if (this.#isEditedStream) return false;
    const { mcp } = this.#context;
    const isListening = mcp?.messages.some((message) => message.method === LISTEN);
    return method === 'GET' || (isListening ?? headers['mcp-method'] === LISTEN);
  }

  readonly #sendEvent = (event: Buffer): boolean => this.#body?.send(event) === true;

  /** Passes nothing on any more. */
  stop(): void {
    this.#isOver = true;
    this.#context.sendEvent = undefined;
    this.#expiry.clear();
    this.#body?.stop();
  }

  onAnswerBegin(edit: BodyEdit | undefined): void {
    this.#context.observation?.relayed();
    // From here on there is no error to answer with, and a stream may stay open for days.
    this.#context.bodyEnds = undefined;
    const { isInProcess } = this.#settings;
    writeAnswerHead(this.#res, this.#answer, { isInProcess, edit, stages: this.#stages });
  }

  onAnswerEnd(): void {
    this.#listener.onAnswerOver(true);
    this.#end();
  }

  onAnswerCurtailed(): void {
    this.#context.observation?.ended('draining');
    this.#listener.onAnswerOver(false);
    this.#end();
  }

  #end(): void {
    endWhenRead(this.#req, this.#res);
    this.#body?.awaitLastBytes();
  }

  onAnswerInvalid(cause: unknown): void {
    this.#listener.onAnswerFailed('upstream_invalid', cause);
  }

  onAnswerTimeout(): void {
    this.#listener.onAnswerFailed('upstream_timeout');
  }

  onClientStalled(): void {
    this.#context.observation?.ended('client_stalled');
    if (!this.#isOver) this.#listener.onAnswerOver(false);
    cut(this.#res);
  }
}
