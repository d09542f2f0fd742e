import { isThenable } from './thenable.ts';

/**
 * A value that is at hand, or a promise of it. A promise costs a few microseconds even where there is nothing
 * to wait for, and a request passes a hundred such steps: so code goes on at once with a value that is at
 * hand.
 */
export type NowOrLater<T> = T | Promise<T>;

/**
 * Takes what a function of the app returned. A thenable becomes a real promise: its `then` may return
 * nothing, call back at once, or twice.
 */
export function nowOrLater<T>(value: T | PromiseLike<T>): NowOrLater<T> {
  return isThenable(value) ? Promise.resolve(value) : value;
}

/** Calls `next` with a value, at once where it is at hand. */
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
 * The first result that `find` gives for an item. Items are looked at one after the other, at once as long as
 * the results are at hand.
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
