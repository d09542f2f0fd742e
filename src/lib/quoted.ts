/** A text as a literal of TypeScript, in one line: it can stand in a comment, too. */
export function quoted(text: string): string {
  if (/^[ !#-&(-[\]-~]*$/.test(text)) return `'${text}'`;
  // JSON leaves these two as they are, and they end a line of code.
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
