import type { Figure, Metric, Result, RowResult, SectionResult } from './result.ts';

/** Medians that differ by less are called the same, however little the rounds differ. */
export const NOISE = 0.1;

/** A figure that two runs have, and that has changed by more than the noise. */
export interface Change {
  readonly section: string;
  readonly row: string;
  readonly heading: string;
  readonly old: Figure;
  readonly now: Figure;
  readonly isWorse: boolean;
}

/**
 * What is more than noise: the middle halves of the rounds do not touch, and the medians differ by more
 * than a tenth. Only ratios and times are compared that another machine would give as well.
 */
export function changes(old: Result, now: Result): Change[] {
  return pairs(old.sections, now.sections).flatMap(([before, after]) =>
    pairs(before.rows, after.rows).flatMap(([oldRow, nowRow]) =>
      after.metrics.flatMap((metric) => changeOf(after, metric, oldRow, nowRow)),
    ),
  );
}

function changeOf(
  section: SectionResult,
  { key, heading, compared }: Metric,
  oldRow: RowResult,
  nowRow: RowResult,
): Change[] {
  const old = oldRow.figures[key];
  const now = nowRow.figures[key];
  if (compared === undefined || old === undefined || now === undefined) return [];
  const isMore = now.q1 > old.q3 && now.median > old.median * (1 + NOISE);
  const isLess = now.q3 < old.q1 && now.median < old.median * (1 - NOISE);
  if (!isMore && !isLess) return [];
  const isWorse = isMore === (compared === 'less');
  return [{ section: section.title, row: nowRow.name, heading, old, now, isWorse }];
}

function pairs<T extends { readonly name: string }>(
  old: readonly T[],
  now: readonly T[],
): (readonly [old: T, now: T])[] {
  return now.flatMap((one) => {
    const same = old.find(({ name }) => name === one.name);
    return same === undefined ? [] : [[same, one] as const];
  });
}

/** For people: what got worse, then what got better. */
export function comparison(found: readonly Change[]): string {
  const worse = found.filter(({ isWorse }) => isWorse);
  const better = found.filter(({ isWorse }) => !isWorse);
  return [
    worse.length === 0 ? 'Nothing got worse by more than the noise.' : 'Worse:',
    ...worse.map(lineOf),
    ...(better.length === 0 ? [] : ['Better:', ...better.map(lineOf)]),
  ].join('\n');
}

function lineOf({ section, row, heading, old, now }: Change): string {
  return `  ${section} | ${row} | ${heading}: ${old.median.toFixed(2)} (${quartiles(old)}) -> ${now.median.toFixed(2)} (${quartiles(now)})`;
}

function quartiles({ q1, q3 }: Figure): string {
  return `${q1.toFixed(2)} … ${q3.toFixed(2)}`;
}
