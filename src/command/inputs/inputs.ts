import { stat } from 'node:fs/promises';
import { CommandError, UsageError } from '../command-error.ts';
import { gatewayModule } from './gateway-module.ts';
import type { Input } from './input.ts';
import { isOpenApi } from './is-open-api.ts';
import { krakend } from './krakend.ts';
import { openApi } from './open-api.ts';

/**
 * The kind of a file. A module is known by its ending, a document by its contents, because both kinds of
 * documents are JSON or YAML of any name.
 *
 * @throws {UsageError} where no kind of file has such a name.
 * @throws {CommandError} where it is something else than a file. It is read more than once, and a read of a
 * pipe without a writer never ends, nor does the process before it.
 */
export async function inputFor(file: string): Promise<Input> {
  // The code that reads the file tells that it is not there.
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() === false) throw new CommandError(`${file} cannot be read: it is not a file`);
  if (/\.[cm]?[jt]s$/i.test(file)) return gatewayModule;
  if (/\.toml$/i.test(file)) return krakend;
  if (/\.(?:json|ya?ml)$/i.test(file)) return (await isOpenApi(file)) ? openApi : krakend;
  throw new UsageError(
    `${file} has none of the endings that are known: .json, .yaml, .yml, .js, .mjs, .cjs, .ts, .mts, .cts`,
  );
}
