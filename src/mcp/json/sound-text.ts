/**
 * Whether all readers read a text alike: some replace half of a surrogate pair, some end the text at a NUL.
 */
export function isSoundText(text: unknown): text is string {
  return typeof text === 'string' && !text.includes('\0') && text.isWellFormed();
}
