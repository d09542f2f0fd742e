/**
 * How a tool compares with what was approved. `pinned`: it is as approved, or not seen since. `new`: it was
 * never approved. `changed`: its definition is another one, or two readers could understand it differently.
 * `gone`: it is not in the server's list any more.
 */
export type ToolState = 'pinned' | 'new' | 'changed' | 'gone';

/** One difference between two definitions of a tool. */
export interface ToolDifference {
  /** The field of the definition: `description`, `inputSchema`. */
  readonly field: string;
  /** Where in the field, as a JSON Pointer (RFC 6901): `/properties/to/type`. Empty: the field itself. */
  readonly path: string;
  /**
   * What was approved; undefined where there was nothing. A text as it is, anything else as JSON; characters
   * that are invisible are written `\u{200b}`, and a backslash is doubled.
   */
  readonly before: string | undefined;
  /** What came last, written in the same way. */
  readonly after: string | undefined;
}

/** What is known of one tool. */
export interface ToolPin {
  /** The tool. */
  readonly name: string;
  /** How it compares with what was approved. */
  readonly state: ToolState;
  /** The hash that was approved, `v1:sha256:...`; undefined where none was. */
  readonly pinned: string | undefined;
  /** The hash that was seen last; undefined where it was not seen, or could not be read. */
  readonly seen: string | undefined;
  /** When it was approved, or first seen where that approves it. */
  readonly approvedAt: Date | undefined;
  /** What has changed; of a new tool, all of it. Empty where nothing has, or a definition is not known here. */
  readonly diff: readonly ToolDifference[];
  /**
   * Which of several lists it is in: what `by` gave, else the values of the names in `target`. Undefined
   * where there is only one list.
   */
  readonly list: string | undefined;
}
