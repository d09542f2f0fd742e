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
  /** The form in which all spellings of its name meet. */
  readonly folded: string;
  /** Whether it speaks for the app's origin. Such a field ends here unless a stage lets it through. */
  readonly isOfOrigin: boolean;
  values: string[];
  /** Whether it ends here: the client does not get it. */
  ends: boolean;
}

/** The head that the client gets. */
export interface AnswerHead {
  /** Those of the upstream. */
  readonly fields: Iterable<AnswerField>;
  /** Sets a field in place of any other of that name. */
  set(name: string, value: string): void;
  /** Adds a line to those of a field, whoever has set them. */
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
  /** With what it is cut where it cannot end between two events. */
  readonly reason: ErrorReason;
}

/**
 * What a slot does on the way back. A request leaves its stages on its context while it passes the
 * slots; its answer passes them from the last to the first. Each of these may be left out.
 */
export interface AnswerStage {
  /** The head of an answer has come, whatever becomes of it. May not throw. */
  received?(req: IncomingMessage, answer: UpstreamAnswer): void;
  /** Asked before the client gets anything of the answer; a problem is answered in its place. */
  judge?(
    req: IncomingMessage,
    answer: UpstreamAnswer,
  ): AnswerProblem | undefined | Promise<AnswerProblem | undefined>;
  /** Changes the head that the client gets. */
  head?(req: IncomingMessage, head: AnswerHead, answer: UpstreamAnswer): void;
  /**
   * Edits the body; undefined where it stays as it is. Asked when all stages have judged the answer:
   * a stage that cannot edit the body of an answer says so in `judge`.
   */
  editor?(req: IncomingMessage, answer: UpstreamAnswer): BodyEditor | undefined;
  /** The body names a session, which the client has not seen yet. Rejects where it is somebody else's. */
  session?(sessionId: string): Promise<void>;
  /** The answer goes out from now on. */
  begun?(req: IncomingMessage, answer: UpstreamAnswer): void;
  /** When an event stream has to end; undefined where the upstream decides. */
  endsAt?(req: IncomingMessage, answer: UpstreamAnswer): AnswerEnd | undefined;
  /** Takes out of a text for the operator of the gateway what it must not show. May not throw. */
  redact?(req: IncomingMessage, text: string): string;
}
