import { type Column, table } from '../../../examples/demo/table.ts';
import { cellsOf, headingsOf, TARGET_HEADINGS, targetCells, unrestOf } from './cells.ts';
import type { Result, SectionResult } from './result.ts';

/** A run for people, on a terminal. */
export function report({ machine, versions, sections }: Result): string {
  const targets = sections.flatMap((section) => section.targets.map(targetCells));
  return [
    ...sections.map(section),
    ...(targets.length === 0 ? [] : [`Aims\n\n${table(columns(TARGET_HEADINGS), targets)}`]),
    `${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}
${machine.cpu}, ${machine.cores} cores, kernel ${machine.kernel}; ${machine.pinned ? 'what is measured has a core for itself' : 'all processes share the cores'}.
${unrestOf(machine)}
Medians, with quartiles in brackets. Compare ratios, not absolute values, and no differences below 10 to 15 %.`,
  ].join('\n\n');
}

function section(result: SectionResult): string {
  return `${result.title}\n${result.about}\n\n${table(columns(headingsOf(result)), cellsOf(result))}`;
}

function columns(headings: readonly string[]): Column[] {
  return headings.map((heading, i) => ({ heading, ...(i > 0 && { align: 'right' as const }) }));
}
