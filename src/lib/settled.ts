/** The outcome of calls that were made together. */
export interface Settled<T> {
  /** The values of the calls that succeeded, in order. */
  readonly values: readonly T[];
  /** The failure of the first call that failed. */
  readonly failure: { readonly cause: unknown } | undefined;
}

/** Calls `call` for each item, even where it throws for others. */
export function settledNow<Item, T>(items: readonly Item[], call: (item: Item) => T): Settled<T> {
  const values: T[] = [];
  let failure: Settled<T>['failure'];
  for (const item of items) {
    try {
      values.push(call(item));
    } catch (cause) {
      failure ??= { cause };
    }
  }
  return { values, failure };
}

/** Waits for all calls, even where some of them fail. */
export async function settled<T>(calls: readonly Promise<T>[]): Promise<Settled<T>> {
  const results = await Promise.allSettled(calls);
  const failed = results.find((result) => result.status === 'rejected');
  return {
    values: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failure: failed && { cause: failed.reason },
  };
}
