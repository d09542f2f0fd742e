/** Something that has to hold, and what speaks against it. */
export interface Check {
  readonly name: string;
  readonly problems: readonly string[];
}
