/** An answer of an upstream as it is written; its name says what it is about. */
export type RawAnswer = readonly [name: string, bytes: string];
