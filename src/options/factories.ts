/** By the name under which they are exported. */
const NAMES = new WeakMap<object, string>();

/**
 * Says of a function that options take what it returns, and never the function itself. Whoever forgets to
 * call it would learn of that at the first request.
 */
export function isFactory(name: string, factory: (...args: never[]) => unknown): void {
  NAMES.set(factory, name);
}

/** The name of such a function; undefined for anything else. */
export function factoryName(value: unknown): string | undefined {
  return typeof value === 'function' ? NAMES.get(value) : undefined;
}
