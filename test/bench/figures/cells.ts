import type { Figure, Metric, Result, SectionResult, TargetResult } from './result.ts';

/** The headings of a section's table. */
export function headingsOf({ metrics }: SectionResult): string[] {
  return ['', ...metrics.map(({ heading }) => heading)];
}

/** Its rows, as text. What was not measured is a dash. */
export function cellsOf({ metrics, rows }: SectionResult): string[][] {
  return rows.map(({ name, figures, note }) => [
    note === undefined ? name : `${name} (${note})`,
    ...metrics.map((metric) => cellOf(metric, figures[metric.key])),
  ]);
}

export function cellOf({ digits, quartiles }: Metric, figure: Figure | undefined): string {
  if (figure === undefined) return '–';
  const text = (value: number) =>
    value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const { q1, median, q3 } = figure;
  return quartiles ? `${text(median)} (${text(q1)} … ${text(q3)})` : text(median);
}

/** How far the machine can be trusted. */
export function unrestOf({ loadBefore, unrest }: Result['machine']): string {
  const { q1, q3 } = unrest;
  const even = `The same work took between ${q1.toFixed(2)} and ${q3.toFixed(2)} of its median time in the middle half of tries.`;
  const load = `In the minute before, ${loadBefore.toFixed(1)} processes wanted to run`;
  return loadBefore < BUSY
    ? `${load}. ${even}`
    : `${load}: the machine was busy with other work, and what is compiled late or starts cold reads far too high. ${even}`;
}

/** What a machine has to itself that does nothing else. */
const BUSY = 1;

/** What was aimed at, and what came out. */
export function targetCells({ name, figure, atMost }: TargetResult): string[] {
  const { q1, median, q3 } = figure;
  const range = `${q1.toFixed(2)} … ${q3.toFixed(2)}`;
  return [name, `${median.toFixed(2)} (${range})`, `≤ ${atMost}`, median <= atMost ? 'yes' : 'no'];
}

export const TARGET_HEADINGS: readonly string[] = ['ratio', 'measured', 'aim', 'reached'];
