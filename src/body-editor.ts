/** The change of a whole body, as far as the head of the answer has to announce it. */
export interface BodyEdit {
  /** Its length, where that is known. */
  readonly length?: number;
}

/** Takes bytes for the client. */
export type Give = (bytes: Buffer) => void;

/**
 * Changes the body of an answer on its way to the client. A step may be asynchronous: the next step and the
 * upstream wait for it. A step throws where the body cannot be passed on in any form.
 */
export interface BodyEditor {
  /** Whether it gives the whole body at the end. The head of the answer waits for that. */
  readonly isHeld: boolean;
  /** What the head has to announce; undefined where the body does not change. */
  readonly edit: BodyEdit | undefined;
  /** Takes the next bytes. */
  push(chunk: Buffer, give: Give): Promise<void> | undefined;
  /** There are no more bytes. */
  end(give: Give): Promise<void> | undefined;
}
