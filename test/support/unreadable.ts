/** Stands for a value that policies do not see, because readers understand it differently. */
export const UNREADABLE = '(what is not shown)';

const LARGEST = 2n ** 53n - 1n;

/** The value of a number's source text, as policies see it. */
export function shownNumber(source: string): number | string {
  const value = Number(source);
  if (!Number.isFinite(value)) return UNREADABLE;
  if (/[.eE]/.test(source)) return value;
  const written = BigInt(source);
  return written > LARGEST || written < -LARGEST ? UNREADABLE : value;
}

/** `JSON.parse`, with `UNREADABLE` in place of values that policies do not see. */
export function parseShown(text: string): unknown {
  const parse = JSON.parse as (
    text: string,
    reviver: (name: string, value: unknown, context: { source: string }) => unknown,
  ) => unknown;
  return parse(text, (_name, value, { source }) => {
    if (typeof value === 'string' && !isSound(value)) return UNREADABLE;
    return typeof value === 'number' ? shownNumber(source) : value;
  });
}

/** Whether all readers keep a text as it is: some end it at a NUL, some replace half of a surrogate pair. */
function isSound(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** A plain copy of what policies see, with `UNREADABLE` in place of members whose reading throws. */
export function copyShown(shown: unknown): unknown {
  if (typeof shown !== 'object' || shown === null) return shown;
  const copy: object = Array.isArray(shown) ? [] : Object.create(null);
  for (const name of Object.keys(shown)) {
    const value = copyShown(readMember(shown, name));
    Object.defineProperty(copy, name, { value, enumerable: true, writable: true });
  }
  return copy;
}

/** Reads a member; gives `UNREADABLE` if reading it throws. */
export function readMember(shown: object, name: string): unknown {
  try {
    return (shown as Record<string, unknown>)[name];
  } catch (error) {
    if (error instanceof TypeError) return UNREADABLE;
    throw error;
  }
}
