import type { IncomingMessage } from 'node:http';
import type { BodyEditor } from './body-editor.ts';
import type { UpstreamAnswer } from './engine/upstream-answer.ts';
import type { ErrorReason } from './errors.ts';

/** Why an answer of the upstream is not passed on. */
export interface AnswerProblem {
  readonly reason: ErrorReason;
  readonly cause?: unknown;
}

/** A field of the upstream's answer, all its lines. */
export interface AnswerField {
  /** Spelled as it came. */
  readonly name: string;
  /** The form that all spellings of its name share: see `foldFieldName`. */
  readonly folded: string;
  /** Whether it speaks for the app's origin. Such a field is dropped unless a stage lets it through. */
  readonly isOfOrigin: boolean;
  values: string[];
  /** Whether it ends here: the client does not get it. */
  ends: boolean;
}

/** The head that the client gets. */
export interface AnswerHead {
  /** The fields of the upstream's answer. */
  readonly fields: Iterable<AnswerField>;
  /** Sets a field in place of any other of that name. */
  set(name: string, value: string): void;
  /** Adds a line to a field. The lines that the app, the upstream or another stage has set stay. */
  add(name: string, value: string): void;
  /** Whether the app has set a field in front of the relay. */
  isSet(name: string): boolean;
}

/** When an answer has to end, though the upstream goes on. */
export interface AnswerEnd {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** What observers are told. */
  readonly why: ErrorReason | 'token_expired';
  /** The error with which the gateway cuts the answer where it cannot end between two events. */
  readonly reason: ErrorReason;
}

/**
 * What a slot does to the answer. Slots leave their stages on the context of a request that passes them; its
 * answer passes the stages from the last to the first. A stage may leave out any of these methods.
 */
export interface AnswerStage {
  /** The head of an answer has come, which may still be refused. May not throw. */
  received?(req: IncomingMessage, answer: UpstreamAnswer): void;
  /**
   * Judges the answer before the client gets anything of it. Where there is a problem, the client gets an
   * error in place of the answer.
   */
  judge?(
    req: IncomingMessage,
    answer: UpstreamAnswer,
  ): AnswerProblem | undefined | Promise<AnswerProblem | undefined>;
  /** Changes the head that the client gets. */
  head?(req: IncomingMessage, head: AnswerHead, answer: UpstreamAnswer): void;
  /**
   * Makes the editor of the body; undefined where the body stays as it is. Called when all stages have judged
   * the answer: a stage that cannot edit the body of an answer says so in `judge`.
   */
  editor?(req: IncomingMessage, answer: UpstreamAnswer): BodyEditor | undefined;
  /** The body names a session, which the client has not seen yet. Rejects where it is another caller's. */
  session?(sessionId: string): Promise<void>;
  /** The answer goes out from now on. */
  begun?(req: IncomingMessage, answer: UpstreamAnswer): void;
  /** When an event stream has to end; undefined where the upstream decides. */
  endsAt?(req: IncomingMessage, answer: UpstreamAnswer): AnswerEnd | undefined;
  /** Takes secrets out of a text for the operator of the gateway. May not throw. */
  redact?(req: IncomingMessage, text: string): string;
}
