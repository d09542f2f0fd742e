/** Thrown by a policy of this package that cannot decide because its store has failed: 503, not 403. */
export class StoreFailure extends Error {
  constructor(cause: unknown) {
    super('The store of a policy has failed', { cause });
  }
}
