import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One check of a scenario, as the suite writes it down. */
export interface Check {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

/** The checks of each scenario, in the order in which they ran. */
export type Results = ReadonlyMap<string, readonly Check[]>;

const FOLDER = /^(?:server-)?(.+)-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d+Z)$/;

/**
 * Reads the results that the suite has written to `folder`. Each scenario has a folder with its start time in the
 * name. If the name of the scenario has a slash, the folder is within another one.
 */
export async function readResults(folder: string): Promise<Results> {
  const files = await readdir(folder, { recursive: true });
  const names = files.filter((file) => file.endsWith('checks.json')).map(dirname);
  const runs = names.flatMap((name) => {
    const [, scenario, start] = FOLDER.exec(name) ?? [];
    return scenario && start ? [{ name, scenario, start }] : [];
  });
  runs.sort((a, b) => a.start.localeCompare(b.start));
  const results = new Map<string, Check[]>();
  for (const { name, scenario } of runs) {
    results.set(scenario, JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8')));
  }
  return results;
}

/** How many checks of a scenario count, and how many of those passed. */
export function score(checks: readonly Check[] = []): { passed: number; total: number } {
  const counted = checks.filter(({ status }) => status !== 'INFO' && status !== 'SKIPPED');
  const passed = counted.filter(({ status }) => status === 'SUCCESS').length;
  return { passed, total: counted.length };
}

/** Whether a scenario has at least one check, and all its checks passed. */
export function passes(checks: readonly Check[]): boolean {
  const { passed, total } = score(checks);
  return total > 0 && passed === total;
}
