import type { BodyEdit } from '../../body-editor.ts';

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
