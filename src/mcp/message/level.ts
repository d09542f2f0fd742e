import type { KnownMembers } from './known-members.ts';

/** What a value is in a message: which names are known in it, and how its members are read. */
export interface Level {
  /** The names known in an object here; where none are, names that are alike are unclear to readers. */
  readonly members?: KnownMembers;
  /** How the value of a member is read. Items of a list are read as the list is. */
  readonly of: (name: string) => Level;
  /** Whether arrays and objects are passed over, and as what they are read then. */
  readonly passed?: { readonly as: unknown };
  /** `object`: null and an empty list are none, and read as `undefined`. */
  readonly expects?: 'object';
  /** Whether a scalar is read as a `Written`. */
  readonly isWritten?: true;
  /** Whether long texts are read late, and many may be parts of the whole document, and keep it: elsewhere they are copied. */
  readonly isPart?: true;
  /** Whether objects are for the gate alone, and unguarded. */
  readonly isOwn?: true;
}
