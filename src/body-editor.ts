/** What becomes of a body as a whole, as far as the head of its answer has to say so. */
export interface BodyEdit {
  /** Its length, where that is known. */
  readonly length?: number;
}

/** Takes bytes for the client. */
export type Give = (bytes: Buffer) => void;

/**
 * Changes the body of an answer on its way to the client. Each step may take its time: the next one
 * waits for it, and so does the upstream. What cannot be passed on in any form is thrown.
 */
export interface BodyEditor {
  /** Whether the head of the answer waits for the body, all of which is given at the end. */
  readonly isHeld: boolean;
  /** What the head has to say; undefined where the body is as it was. */
  readonly edit: BodyEdit | undefined;
  /** Takes the next bytes. */
  push(chunk: Buffer, give: Give): Promise<void> | undefined;
  /** There are no more. */
  end(give: Give): Promise<void> | undefined;
}
