/** A condition that has to hold, and the problems that were found. */
export interface Check {
  readonly name: string;
  readonly problems: readonly string[];
}
