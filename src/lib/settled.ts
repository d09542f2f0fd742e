/** What came of calls that were made at once. */
export interface Settled<T> {
  /** Of those that succeeded, in order. */
  readonly values: readonly T[];
  /** The first of those that failed. */
  readonly failure: { readonly cause: unknown } | undefined;
}

/** Waits for all calls, whatever comes of them. */
export async function settled<T>(calls: readonly Promise<T>[]): Promise<Settled<T>> {
  const results = await Promise.allSettled(calls);
  const failed = results.find((result) => result.status === 'rejected');
  return {
    values: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failure: failed && { cause: failed.reason },
  };
}
