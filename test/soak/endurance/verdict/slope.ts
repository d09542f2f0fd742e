/**
 * By how much something grows from one part of a run to the next: what noise cannot bring about, and a
 * leak cannot avoid.
 *
 * A leak grows with each part. A step, whatever its height, is in one difference out of many, which leaves
 * their median alone. Ups and downs move single differences, yet not the median of the slopes between any
 * two points (Theil and Sen). What grows does so by both, so that the smaller of them counts.
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
