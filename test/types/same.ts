/**
 * Type tests are files that compile, or do not: `npm run typecheck` runs them, and nothing else does.
 * What has to be refused stands below `@ts-expect-error`, which is an error itself where nothing is
 * refused. These two functions are all that is needed besides, so that no library has to keep up with
 * the compiler.
 */

/** Whether two types are one, with `any`, optional members and `readonly` told apart. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where `Actual` is `Expected`: `same<Actual, Expected>()`. */
export function same<Actual, Expected>(
  ..._proof: Same<Actual, Expected> extends true ? [] : ['the types differ', Actual, Expected]
): void {}

/** Compiles where the value is of the type, and fits no narrower one: `typed<Expected>()(value)`. */
export function typed<Expected>(): <Actual>(
  value: Actual,
  ..._proof: Same<Actual, Expected> extends true ? [] : ['the types differ', Actual, Expected]
) => void {
  return () => {};
}
