import type { Result } from './result.ts';

/** Several runs as one: of a section that more than one of them has, the last. */
export function combine(runs: readonly [Result, ...Result[]]): Result {
  const sections = runs
    .flatMap((run) => run.sections)
    .map((section) => [section.name, section] as const);
  return {
    ...runs[0],
    versions: Object.assign({}, ...runs.map(({ versions }) => versions)),
    configurations: Object.assign({}, ...runs.map(({ configurations }) => configurations)),
    sections: [...new Map(sections).values()],
  };
}
