import type { Point } from './evidence.ts';

/** The counts that are higher than before. There may be none. */
export function grown({ counts }: Pick<Point, 'counts'>, before: Pick<Point, 'counts'>): string[] {
  return Object.entries(counts).flatMap(([group, kinds]) => {
    const first = before.counts[group as keyof Point['counts']];
    return Object.entries(kinds)
      .filter(([kind, count]) => count > (first[kind] ?? 0))
      .map(([kind, count]) => `${group}, ${kind}: ${count}, and not ${first[kind] ?? 0}`);
  });
}
