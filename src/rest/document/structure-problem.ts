/** How many values a document may have. A value that stands in several places counts in each of them. */
const MOST_VALUES = 10_000_000;

/**
 * The problem of a document that has no end, or is too large to be read to its end; undefined where there is
 * none. The text is the end of a sentence that says what is expected. With aliases of YAML, a few lines stand
 * for thousands of millions of values, and objects can hold themselves.
 */
export function structureProblem(document: object): string | undefined {
  const size = sizeOf(document, new Map(), new Set());
  if (size === Number.POSITIVE_INFINITY)
    return 'a document with references: this one has objects that hold themselves';
  if (size <= MOST_VALUES) return undefined;
  return `a document of ${MOST_VALUES} values at most: this one comes to more, with its aliases written out`;
}

/** @param above - The objects that this one stands in. An object that stands in itself has no end. */
function sizeOf(value: unknown, known: Map<object, number>, above: Set<object>): number {
  if (typeof value !== 'object' || value === null) return 1;
  if (above.has(value)) return Number.POSITIVE_INFINITY;
  const found = known.get(value);
  if (found !== undefined) return found;
  above.add(value);
  let size = 1;
  for (const member of Object.values(value)) size += sizeOf(member, known, above);
  above.delete(value);
  known.set(value, size);
  return size;
}
