/** Thrown where different readers of a message would read different values. */
export class UnclearValueError extends TypeError {
  override readonly name = 'UnclearValueError';
}

/**
 * Stands in place of a value that readers understand differently, and says why. JSON has no symbols, so that
 * no value is taken for it.
 */
export type Unclear = symbol;

/** A number that some readers round and some refuse. */
export const INEXACT: unique symbol = Symbol('A number has more digits than all readers keep');

/** A text that some readers end at a NUL, or in which some replace half of a surrogate pair. */
export const UNSOUND: unique symbol = Symbol(
  'A text contains NUL or half of a surrogate pair, which not all readers keep',
);

/** The value of a member whose name some readers take for the name of another member beside it. */
export const TWIN: unique symbol = Symbol(
  'The names of two members differ only in case or in characters that some readers ignore',
);

/** Stands for a value that may belong to a member whose name is too long to be compared with others. */
export const OBSCURE: unique symbol = Symbol(
  'The name of a member is too long to be compared as all readers compare it',
);

/** Refuses to show such a value. */
export function refuseUnclear(value: Unclear): never {
  throw new UnclearValueError(value.description);
}

const INTEGER = /^-?\d+$/;

/**
 * Whether a number that is no safe integer may differ from its source text: the source is an integer, or too
 * large for a double. All readers take a number with a fraction or an exponent for a double.
 */
export function isInexact(value: number, source: string): boolean {
  return Number.isInteger(value) ? INTEGER.test(source) : !Number.isFinite(value);
}
