import type { ConfigProblems } from './config-problems.ts';

/** Where each of them stands, of an option of which there is one or a list. `problems` stands at the option. */
export function pathsIn(problems: ConfigProblems, value: unknown): string[] {
  if (!Array.isArray(value)) return [problems.path];
  return [...value].map((_item, i) => problems.at(i).path);
}
