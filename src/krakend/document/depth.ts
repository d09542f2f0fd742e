/** How deep a document may be nested: the code that reads it calls itself for each level. */
const MOST_LEVELS = 100;

/** Whether lists and objects are nested deeper than a document needs, or hold themselves. */
export function isTooDeep(document: object): boolean {
  let level = new Set<object>([document]);
  for (let depth = 0; depth < MOST_LEVELS; depth += 1) {
    // An object that stands at several places is looked at once.
    level = new Set([...level].flatMap((value) => Object.values(value).filter(isObject)));
    if (level.size === 0) return false;
  }
  return true;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
