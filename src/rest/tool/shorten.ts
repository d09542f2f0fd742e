/** How long a description may be: every call of a model pays for all of them. */
const MOST_CHARACTERS = 1024;

/** A text that is not longer, and ends with a word. */
export function shorten(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= MOST_CHARACTERS) return trimmed;
  const cut = trimmed.slice(0, MOST_CHARACTERS - 1).toWellFormed();
  return `${cut.replace(/\s+\S*$/, '')}…`;
}
