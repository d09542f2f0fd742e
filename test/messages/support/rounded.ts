/** Stands for a number that is not shown, because a double does not keep what was written. */
export const ROUNDED = '(a number that is not shown)';

const LARGEST = 2n ** 53n - 1n;

/** The source text of a number as it is shown. */
export function shownNumber(source: string): number | string {
  const value = Number(source);
  if (!Number.isFinite(value)) return ROUNDED;
  if (/[.eE]/.test(source)) return value;
  const written = BigInt(source);
  return written > LARGEST || written < -LARGEST ? ROUNDED : value;
}

/** `JSON.parse`, with `ROUNDED` in place of numbers that are not shown. */
export function parseShown(text: string): unknown {
  const parse = JSON.parse as (
    text: string,
    reviver: (name: string, value: unknown, context: { source: string }) => unknown,
  ) => unknown;
  return parse(text, (_name, value, { source }) =>
    typeof value === 'number' ? shownNumber(source) : value,
  );
}

/** A plain copy of what is shown, with `ROUNDED` in place of members that cannot be read. */
export function copyShown(shown: unknown): unknown {
  if (typeof shown !== 'object' || shown === null) return shown;
  const copy: object = Array.isArray(shown) ? [] : Object.create(null);
  for (const name of Object.keys(shown)) {
    const value = copyShown(readMember(shown, name));
    Object.defineProperty(copy, name, { value, enumerable: true, writable: true });
  }
  return copy;
}

/** What can be read under that name. */
export function readMember(shown: object, name: string): unknown {
  try {
    return (shown as Record<string, unknown>)[name];
  } catch (error) {
    if (error instanceof TypeError) return ROUNDED;
    throw error;
  }
}
