import type { ConfigProblems } from './config-problems.ts';

/** An option of which there is one or a list, as a list. Holes are items, too: nobody means them. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? [...value] : [value];
}

/** Where each of them stands. `problems` stands at the option. */
export function pathsIn(problems: ConfigProblems, value: unknown): string[] {
  if (!Array.isArray(value)) return [problems.path];
  return [...value].map((_item, i) => problems.at(i).path);
}
