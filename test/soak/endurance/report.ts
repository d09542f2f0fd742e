import type { EnduranceEvidence, Point, Series } from './verdict/evidence.ts';
import { slope } from './verdict/slope.ts';

/**
 * For each point: the memory of the process under load, the memory that it held at rest after that, and how much
 * of it grows with the requests.
 */
export function reportOfEndurance({ series, heldPerReader }: EnduranceEvidence): string {
  return [
    ...series.map(tableOf),
    `most that was held for a reader that stands still: ${Math.round(heldPerReader)} bytes`,
  ].join('\n\n');
}

const COLUMNS: readonly (readonly [title: string, of: (point: Point) => number, digits: number])[] =
  [
    ['loaded MB', ({ loaded }) => loaded.residentBytes / 1e6, 1],
    ['young MB', ({ loaded }) => loaded.youngBytes / 1e6, 1],
    ['old MB', ({ loaded }) => loaded.oldBytes / 1e6, 1],
    ['objects', ({ alive }) => alive, 0],
    ['heap MB', ({ heapBytes }) => heapBytes / 1e6, 2],
    ['beside MB', ({ externalBytes }) => externalBytes / 1e6, 2],
    ['resident MB', ({ residentBytes }) => residentBytes / 1e6, 1],
    ['files', ({ counts }) => sum(counts.files), 0],
    ['handles', ({ counts }) => sum(counts.active), 0],
    ['timers', ({ counts }) => counts.objects.Timeout ?? 0, 0],
    ['listeners', ({ counts }) => sum(counts.listeners), 0],
  ];

function tableOf({ name, warmUp, count, points }: Series): string {
  const each = Math.round(count / (points.length - 1));
  const rows = points.map((point, i) => [
    String(warmUp + i * each),
    ...COLUMNS.map(([, of, digits]) => of(point).toFixed(digits)),
  ]);
  const growth = COLUMNS.map(([, of, digits]) =>
    ((slope(points.map(of)) / each) * 10_000).toFixed(digits),
  );
  const table = [['after', ...COLUMNS.map(([title]) => title)], ...rows, ['per 10,000', ...growth]];
  const lines = table.map((cells) => cells.map((cell) => cell.padStart(11)).join(' '));
  return [`${name}: ${warmUp} to warm up, then ${count}`, ...lines].join('\n');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
