import type { BodyEdit } from '../../body-editor.ts';

/** Told what becomes of the body of an answer. */
export interface AnswerBodyListener {
  /** The body is about to begin: the head has to be written now, if it is not written yet. */
  onAnswerBegin(edit: BodyEdit | undefined): void;
  /** The client has been handed all of it. */
  onAnswerEnd(): void;
  /** Nothing more will come, although the upstream has not ended: the gateway ends the stream. */
  onAnswerCurtailed(): void;
  /** The response has thrown while it was written to. */
  onWriteFailed(cause: unknown): void;
  /** The body cannot be edited. */
  onAnswerInvalid(cause: unknown): void;
  /** The upstream has kept the client waiting for too long, or the stream has been open too long. */
  onAnswerTimeout(): void;
  /** The client has taken no more bytes for too long. */
  onClientStalled(): void;
}
