/** How many levels a value may have to be written as JSON again. */
const DEEPEST = 256;

/** Whether a value has more levels than that: code that recurses over it would overflow the stack. */
export function isDeep(value: unknown, levels: number = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((member) => isDeep(member, levels - 1));
}
