/**
 * Loads a package that only some apps need, and that is an optional peer for that reason.
 *
 * @throws {Error} that says how to install it.
 */
export async function importPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new Error(`restTools needs a package that is not installed: npm install ${name}`, {
      cause,
    });
  }
}
