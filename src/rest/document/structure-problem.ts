/** How many values a document may have, with what stands in several places counted there. */
const MOST_VALUES = 10_000_000;

/**
 * Why a document has no end, or none that is ever reached, as the end of a sentence that says what is expected; undefined where
 * it has one. Aliases of YAML make a few lines stand for thousands of millions of values, and objects hold themselves.
 */
export function structureProblem(document: object): string | undefined {
  const size = sizeOf(document, new Map(), new Set());
  if (size === Number.POSITIVE_INFINITY)
    return 'a document with references: this one has objects that hold themselves';
  if (size <= MOST_VALUES) return undefined;
  return `a document of ${MOST_VALUES} values at most: this one comes to more, with its aliases written out`;
}

/** @param above - The objects that this one stands in: of one that stands in itself, there is no end. */
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
