import { CommandError, systemCode } from '../command-error.ts';

/**
 * A text of YAML as what it stands for. The package `yaml` reads it, where it is installed.
 *
 * @throws {CommandError} where it is not, or the text is no YAML.
 */
export async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parse } = await loadYaml(file);
  try {
    return parse(text);
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
