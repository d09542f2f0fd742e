/** What there is depends on who reads the message. */
export class UnclearValueError extends TypeError {
  override readonly name = 'UnclearValueError';
}

/**
 * Stands in place of a value that readers understand differently, and says why. JSON has no symbols,
 * so that none is taken for a value.
 */
export type Unclear = symbol;

/** A number that some readers round and some refuse. */
export const INEXACT: unique symbol = Symbol('A number has more digits than all readers keep');

/** A text that some readers end at a NUL, or in which some replace half of a surrogate pair. */
export const UNSOUND: unique symbol = Symbol(
  'A text contains NUL or half of a surrogate pair, which not all readers keep',
);

/** The value of a member whose name some readers take for that of another one beside it. */
export const TWIN: unique symbol = Symbol(
  'The names of two members differ only in case or in characters that some readers ignore',
);

/** What may be the value of a member whose name is too long to be compared with others. */
export const OBSCURE: unique symbol = Symbol(
  'The name of a member is too long to be compared as all readers compare it',
);

/** Refuses to show such a value. */
export function refuseUnclear(value: Unclear): never {
  throw new UnclearValueError(value.description);
}

const INTEGER = /^-?\d+$/;

/**
 * Whether a number that is no safe integer is not what was written: it was an integer, or too large
 * for a double. What has a fraction or an exponent is a double to everybody.
 */
export function isInexact(value: number, source: string): boolean {
  return Number.isInteger(value) ? INTEGER.test(source) : !Number.isFinite(value);
}
