import type { Level } from './level.ts';

/** An array or object that is still being read. */
export interface Frame {
  readonly outer: Frame | undefined;
  /** How its next value is read. */
  readonly next: Level;
  /** Takes that value. */
  put(value: unknown): void;
  /** Gives the complete array or object. */
  close(): unknown;
}
