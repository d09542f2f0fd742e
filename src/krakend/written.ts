/** How a value that the import has made is written in a program of one's own. */
export type Written =
  /** A call of what this package exports, with arguments that may be such values as well. */
  | { readonly call: string; readonly from: string; readonly args: readonly unknown[] }
  /** Another form, with other members. */
  | { readonly form: Written; readonly members: object }
  /** TypeScript, and what it needs. */
  | {
      readonly text: string;
      /** Functions that the printer brings along, by their name. */
      readonly helpers?: readonly string[];
      /** Modules by the name that comes from them. */
      readonly imports?: Readonly<Record<string, string>>;
    };

const FORMS = new WeakMap<object, Written>();

/** Notes how a value is written. One without such a form, and no plain data, is never printed as something else. */
export function written<T extends object>(value: T, form: Written): T {
  FORMS.set(value, form);
  return value;
}

/** Undefined where a value has no form but itself. */
export function writtenOf(value: object): Written | undefined {
  return FORMS.get(value);
}
