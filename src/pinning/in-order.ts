/** Texts by their UTF-16 code units, as RFC 8785 sorts names: the same in every process and language. */
export function inOrder(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
