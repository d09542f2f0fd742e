/**
 * By how much something grows from one part of a run to the next. Noise cannot cause such growth, and a
 * leak always does.
 *
 * A leak grows with each part. A step of any height changes only one of many differences, so it does not
 * change their median. Ups and downs change single differences, but not the median of the slopes between any
 * two points (Theil and Sen). A leak raises both medians, so the smaller one counts.
 */
export function slope(values: readonly number[]): number {
  const steps: number[] = [];
  const slopes: number[] = [];
  for (const [i, from] of values.entries()) {
    for (const [more, to] of values.slice(i + 1).entries()) {
      slopes.push((to - from) / (more + 1));
      if (more === 0) steps.push(to - from);
    }
  }
  return Math.min(median(steps), median(slopes));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
