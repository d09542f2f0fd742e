import type { KnownMembers } from './known-members.ts';

/**
 * How a value at one place of a message is read: which names are known in it, and how its members are read.
 */
export interface Level {
  /**
   * The names known in an object here. Where no names are known, members whose names are alike read as
   * unclear.
   */
  readonly members?: KnownMembers;
  /** How the value of a member is read. Items of a list are read as the list is. */
  readonly of: (name: string) => Level;
  /** Set where arrays and objects are passed over; they read as `as`. */
  readonly passed?: { readonly as: unknown };
  /** `object`: null and an empty list count as no object, and read as `undefined`. */
  readonly expects?: 'object';
  /** Whether a scalar is read as a `Written`. */
  readonly isWritten?: true;
  /**
   * Whether long texts are read late, and long texts, or many short ones, may stay parts of the document and
   * keep it in memory. Elsewhere texts are copied.
   */
  readonly isPart?: true;
  /** Whether objects are for the gate alone, and unguarded. */
  readonly isOwn?: true;
}
