/**
 * A copy of the text with memory of its own. V8 makes a part of a text, from 13 characters on, a reference to
 * the whole text, which stays in memory for as long as the part does: a name keeps a body of megabytes. A
 * text with half of a surrogate pair is returned as it is: UTF-8 cannot hold it, and it comes from an escape,
 * so that V8 has written the text anew and it refers to no other.
 */
export function detached(part: string): string {
  return part.isWellFormed() ? Buffer.from(part).toString() : part;
}
