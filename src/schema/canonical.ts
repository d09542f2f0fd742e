/**
 * A JSON value as a text that is the same for equal values: members stand in the order of their names. It
 * reads only own members of objects, because the objects of messages have no prototype.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(object)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `${JSON.stringify(name)}:${canonical(object[name])}`);
  return `{${members.join()}}`;
}
