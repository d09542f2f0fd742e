import type { Notes } from '../notes.ts';

/** What is known of one key of a document: how its value is read, or why it is not. */
export interface Field<T = unknown> {
  /**
   * `read`: its value has an effect here. `refused`: a document that has it does not start, unless the value
   * switches it off. `ignored`: it has no effect here.
   */
  readonly kind: 'read' | 'refused' | 'ignored';
  /** The checked value; undefined where the field gives none, or, with a note, where the value is wrong. */
  read(notes: Notes, value: unknown): T | undefined;
  /** The keys of an object. */
  readonly members?: Members;
  /** The items of a list. */
  readonly items?: Field;
}

/** Fields by their key. */
export type Members = Readonly<Record<string, Field>>;

/** The values of an object. A value that is absent or wrong is undefined. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** A field for each key that is read, and fields for further keys, which give no value. */
export type MembersFor<T> = Members & { readonly [K in keyof T]-?: Field<NonNullable<T[K]>> };
