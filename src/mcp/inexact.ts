/** Stands for a number that readers understand differently: some round it, some refuse it. */
export const INEXACT: unique symbol = Symbol('inexact');

const INTEGER = /^-?\d+$/;

/**
 * Whether a number that is no safe integer is not what was written: it was an integer, or too large
 * for a double. What has a fraction or an exponent is a double to everybody.
 */
export function isInexact(value: number, source: string): boolean {
  return Number.isInteger(value) ? INTEGER.test(source) : !Number.isFinite(value);
}
