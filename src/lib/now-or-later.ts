import { isThenable } from './thenable.ts';

/**
 * What is at hand, or a promise of it. A step that nobody waits for costs a few microseconds where it is a
 * promise all the same, and a request passes a hundred of them: what is at hand is gone on with at once.
 */
export type NowOrLater<T> = T | Promise<T>;

/** What a function of the app gave, of which `then` may give nothing, call back at once, or twice. */
export function nowOrLater<T>(value: T | PromiseLike<T>): NowOrLater<T> {
  return isThenable(value) ? Promise.resolve(value) : value;
}

/** Goes on with a value, at once where it is at hand. */
export function goOn<T, Result>(
  value: NowOrLater<T>,
  next: (value: T) => NowOrLater<Result>,
): NowOrLater<Result> {
  return isThenable(value) ? value.then(next) : next(value);
}

/** All of the values, at once where all are at hand. */
export function allOf<T>(values: readonly NowOrLater<T>[]): NowOrLater<readonly T[]> {
  return values.some(isThenable) ? Promise.all(values) : (values as readonly T[]);
}

/**
 * What is found for the first item for which anything is. Items are asked about one after the other, at once for
 * as long as the answers are at hand.
 */
export function firstFound<Item, Found>(
  items: readonly Item[],
  find: (item: Item, position: number) => NowOrLater<Found | undefined>,
): NowOrLater<Found | undefined> {
  for (let i = 0; i < items.length; i += 1) {
    const found = find(items[i] as Item, i);
    if (isThenable(found)) return findOn(items, find, i + 1, found);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findOn<Item, Found>(
  items: readonly Item[],
  find: (item: Item, position: number) => NowOrLater<Found | undefined>,
  from: number,
  before: Promise<Found | undefined>,
): Promise<Found | undefined> {
  let found = await before;
  for (let i = from; found === undefined && i < items.length; i += 1) {
    found = await find(items[i] as Item, i);
  }
  return found;
}
