/** A text as a literal of TypeScript. */
export function quoted(text: string): string {
  return /^[ !#-&(-[\]-~]*$/.test(text) ? `'${text}'` : JSON.stringify(text);
}
