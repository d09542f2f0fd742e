import type { Level } from './level.ts';

/** An array or object of which the end has not come yet. */
export interface Frame {
  readonly outer: Frame | undefined;
  /** How its next value is read. */
  readonly next: Level;
  /** Takes that value. */
  put(value: unknown): void;
  /** Gives the whole of it. */
  close(): unknown;
}
