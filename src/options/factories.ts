/** The name under which each of these functions is exported. */
const NAMES = new WeakMap<object, string>();

/**
 * Marks a function of which options take the result, never the function itself. A developer who forgets to
 * call it would learn of that only at the first request.
 */
export function isFactory(name: string, factory: (...args: never[]) => unknown): void {
  NAMES.set(factory, name);
}

/** The name of such a function; undefined for anything else. */
export function factoryName(value: unknown): string | undefined {
  return typeof value === 'function' ? NAMES.get(value) : undefined;
}
