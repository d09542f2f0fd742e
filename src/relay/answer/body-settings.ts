import type { Timeouts } from '../timeouts.ts';

/** The limits that an answer is under. */
export interface AnswerBodySettings {
  readonly timeouts: Timeouts;
  /** After how many milliseconds a silent event stream gets a comment; false for never. */
  readonly heartbeat: number | false;
}
