import { parseArgs } from 'node:util';

export interface Options {
  /** Names of sections. Default: all. */
  readonly only: readonly string[] | undefined;
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly outputFile: string | undefined;
  readonly compare: string | undefined;
  readonly nodes: readonly string[];
}

export const USAGE = `npm run bench -- [options]

  --quick            a minute: the sections that say most, in few rounds
  --only NAME        this section; may be given several times
  --node PATH        another Node, whose figures stand beside those of this one; several times
  --json             the result as JSON, which --compare and npm run bench:page read
  --outputFile FILE  writes the JSON into a file, and the tables to the terminal
  --compare FILE     says what got worse since that run by more than the noise`;

/** @throws {TypeError} for what is no option, or no section. */
export function readOptions(args: readonly string[], sections: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      node: { type: 'string', multiple: true, default: [] },
      outputFile: { type: 'string' },
      compare: { type: 'string' },
    },
  });
  const { only } = values;
  for (const name of only ?? []) {
    if (!sections.some((section) => isMeant(section, name)))
      throw new TypeError(`There is no section ${name}. There are: ${sections.join(', ')}`);
  }
  return {
    only,
    isQuick: values.quick,
    isJson: values.json,
    outputFile: values.outputFile,
    compare: values.compare,
    nodes: values.node,
  };
}

/** `streams` stands for each section whose name begins so. */
export function isMeant(section: string, name: string): boolean {
  return section === name || section.startsWith(`${name}-`);
}
