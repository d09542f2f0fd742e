import { CommandError, systemCode } from '../command-error.ts';

/**
 * The value of a text of YAML, with nothing in it that JSON does not have. Merge keys (`<<`) count, as for
 * KrakenD. The package `yaml` reads it, where it is installed.
 *
 * @throws {CommandError} where the package is not installed, or the text is no YAML, or it has a tag such as
 * `!secret`.
 */
export async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parseDocument } = await loadYaml(file);
  // A directive in the text cannot make dates or sets of values.
  const document = parseDocument(text, { schema: 'core', resolveKnownTags: false, merge: true });
  try {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS();
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n');
    throw new CommandError(`${file} is no YAML: ${line}`);
  }
}

async function loadYaml(file: string): Promise<typeof import('yaml')> {
  try {
    return await import('yaml');
  } catch (error) {
    if (systemCode(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    const json = file.replace(/\.ya?ml$/i, '.json');
    throw new CommandError(
      `${file} is YAML, which needs a package: npm install yaml. Or convert it: yq -o json ${file} > ${json}`,
    );
  }
}
