import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnswerJudgement, contextOf, type RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import type { ErrorReason } from '../../errors.ts';
import { cut } from '../../http/cut.ts';
import { endWhenRead } from '../../http/end-when-read.ts';
import { Deadline } from '../../lib/deadline.ts';
import { LONGEST_TIMER_MS } from '../../options/duration.ts';
import { listEditor } from '../../slots/filter-lists/list-editor.ts';
import type { RelaySettings } from '../relay-settings.ts';
import { AnswerBody, type AnswerBodyListener } from './body.ts';
import type { BodyEdit, BodyEditor } from './body-editor.ts';
import { writeAnswerHead } from './head.ts';
import { hasOwnCredentials, refusesCredentials } from './own-credentials.ts';
import { exposedSecret, withoutSecrets } from './secrets.ts';
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
  }

  /** Why it cannot be passed on at all, as far as its head says; undefined where it can. */
  get problem(): AnswerJudgement {
    const { status } = this.#answer;
    const { headerEdits } = this.#context;
    const hasOwn = this.#hasOwnCredentials;
    if (hasOwn && refusesCredentials(status)) {
      const cause = new Error(`The upstream answered ${status} to the gateway's own credentials`);
      return { reason: 'upstream_unauthorized', cause };
    }
    const exposed = exposedSecret(this.#answer, headerEdits, hasOwn);
    if (exposed !== undefined) return { reason: 'upstream_invalid', cause: exposed };
    const hide = (text: string) => withoutSecrets(text, headerEdits);
    const cause = unrelayable(this.#answer, this.#settings.target, hide) ?? this.#uneditable;
    return cause && { reason: 'upstream_invalid', cause };
  }

  get #uneditable(): Error | undefined {
    if (!this.#isEditedStream || this.#answer.isOpenEnded) return undefined;
    return new Error(
      'The upstream answered with an event stream that has a Content-Length or a Content-Encoding: ' +
        'the endpoint that it names cannot be replaced',
    );
  }

  /** With `upstreamAuth()` the client's credentials go upstream, whatever is set besides. */
  get #hasOwnCredentials(): boolean {
    const { rewriteChallenge } = this.#settings;
    return rewriteChallenge === undefined && hasOwnCredentials(this.#context.headerEdits);
  }

  /** Whether the upstream has said all of it. */
  get isComplete(): boolean {
    return this.#answer.isComplete;
  }

  get #isEditedStream(): boolean {
    return this.#answer.isEventStream && this.#settings.streamEditorOf !== undefined;
  }

  /** Passes it on, as soon as whoever has to judge it has done so. */
  start(): void {
    try {
      this.#editor = this.#createEditor();
    } catch (error) {
      this.#listener.onAnswerFailed('upstream_invalid', error);
      return;
    }
    const judgement = this.#context.sessionKeeper?.judge(this.#answer);
    if (judgement === undefined) {
      this.#passOn();
      return;
    }
    judgement
      .then((problem) => {
        if (this.#isOver) return;
        if (problem === undefined) this.#passOn();
        else this.#listener.onAnswerFailed(problem.reason, problem.cause);
      })
      .catch((error) => this.#listener.onAnswerFailed('internal_error', error));
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
    const edits = this.#context.headerEdits;
    this.#context.observation?.relayed();
    // From here on there is no error to answer with, and a stream may stay open for days.
    this.#context.bodyEnds = undefined;
    writeAnswerHead(this.#res, this.#answer, {
      ...this.#settings,
      edits,
      edit,
      dropsChallenges: this.#hasOwnCredentials,
    });
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
