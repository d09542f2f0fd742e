/** An option of which there is one or a list, as a list. Holes are items, too: nobody means them. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? [...value] : [value];
}
