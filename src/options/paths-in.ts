import type { ConfigProblems } from './config-problems.ts';

/** The path of each item, for an option that takes one item or a list. `problems` stands at the option. */
export function pathsIn(problems: ConfigProblems, value: unknown): string[] {
  if (!Array.isArray(value)) return [problems.path];
  return [...value].map((_item, i) => problems.at(i).path);
}
