/** How a value that the import has made is written in a printed program. */
export type Written =
  /** A call of a function that this package exports. Its arguments may be such values as well. */
  | { readonly call: string; readonly from: string; readonly args: readonly unknown[] }
  /** Another form, with other members. */
  | { readonly form: Written; readonly members: object }
  /** Code in TypeScript, and what it needs. */
  | {
      readonly text: string;
      /** Functions that the printer brings along, by their name. */
      readonly helpers?: readonly string[];
      /** Modules, by the name that is imported from them. */
      readonly imports?: Readonly<Record<string, string>>;
    };

const FORMS = new WeakMap<object, Written>();

/**
 * Remembers how a value is written. A value that has no such form and is no plain data is never printed as
 * something else.
 */
export function written<T extends object>(value: T, form: Written): T {
  FORMS.set(value, form);
  return value;
}

/** The form of a value; undefined where it has none. */
export function writtenOf(value: object): Written | undefined {
  return FORMS.get(value);
}
