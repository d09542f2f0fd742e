/** A schema of an OpenAPI document that JSON Schema 2020-12 without references cannot express, and why. */
export class UntranslatableSchema extends Error {
  override readonly name = 'UntranslatableSchema';
  /** Where in the schema, as a JSON pointer; empty at its top. */
  readonly path: string;
  /** Why, as the end of a sentence that begins with the place. */
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(path === '' ? reason : `${path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}
