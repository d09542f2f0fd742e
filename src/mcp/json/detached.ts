/**
 * The same text with a memory of its own. Half of a surrogate pair, which UTF-8 cannot say, comes from an escape:
 * such a text was written anew, and is no part. V8 makes of a part of a text, from 13 characters on, a reference to
 * the whole, which stays in memory for as long as the part does: a name keeps a body of megabytes.
 */
export function detached(part: string): string {
  return part.isWellFormed() ? Buffer.from(part).toString() : part;
}
