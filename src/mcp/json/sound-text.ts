/** Whether all readers see the same in it: some replace half a surrogate pair, some end at a NUL. */
export function isSoundText(text: unknown): text is string {
  return typeof text === 'string' && !text.includes('\0') && text.isWellFormed();
}
