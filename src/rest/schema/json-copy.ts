/**
 * A copy of a JSON value. It is `undefined` where the value is none, such as a date that a parser of YAML
 * makes, or is nested too deep. Names such as `__proto__` are members of the copy like others.
 */
export function jsonCopy(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => jsonCopy(item, depth + 1));
    return items.includes(undefined) ? undefined : items;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return undefined;
  const members = Object.entries(value).map(
    ([name, member]) => [name, jsonCopy(member, depth + 1)] as const,
  );
  // `Object.fromEntries` defines members, and calls no setter.
  return members.some(([, member]) => member === undefined)
    ? undefined
    : Object.fromEntries(members);
}

const MAX_DEPTH = 20;
