/**
 * The result of a promise.
 *
 * @throws {Error} where nothing is left in the process that could settle it: Node would end without a reason.
 */
export async function settled<T>(given: T): Promise<Awaited<T>> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onIdle = () => reject(new Error('it waits for a promise that nothing settles'));
  process.once('beforeExit', onIdle);
  try {
    return await Promise.race([given, promise]);
  } finally {
    process.off('beforeExit', onIdle);
  }
}
