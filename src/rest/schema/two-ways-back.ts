const MOST_PAIRS = 100_000;

/** Thrown where a pattern is too long to be checked. */
export const TOO_MANY: Error = new Error('The pattern has too many positions');

/** Positions, which of them may follow which, and the characters that each takes. */
export interface Graph {
  readonly next: readonly (readonly number[])[];
  readonly characters: readonly ReadonlySet<number>[];
}

/** Whether two ways lead from one position back to it, with the same characters. */
export function hasTwoWaysBack({ next, characters }: Graph): boolean {
  const count = next.length;
  const circles = circlesOf(count, (at) => next[at] ?? []);
  const alike = (one: number, other: number) =>
    one === other || [...(characters[one] ?? [])].some((it) => characters[other]?.has(it));
  let pairs = 0;
  /** The pairs of positions that may follow a pair. A way back stays in its circle. */
  const pairNext = (pair: number): number[] => {
    const one = Math.floor(pair / count);
    const other = pair % count;
    const found: number[] = [];
    for (const a of next[one] ?? []) {
      for (const b of next[other] ?? []) {
        pairs += 1;
        if (pairs > MOST_PAIRS) throw TOO_MANY;
        const isInside = circles[a] === circles[one] && circles[b] === circles[one];
        if (isInside && alike(a, b)) found.push(a * count + b);
      }
    }
    return found;
  };
  const starts = next.flatMap((_, at) => at * count + at);
  const pairCircles = circlesOf(count * count, pairNext, starts);
  const together = new Set(starts.map((start) => pairCircles[start]));
  return pairCircles.some(
    (circle, pair) =>
      Math.floor(pair / count) !== pair % count && circle !== undefined && together.has(circle),
  );
}

/** In which circle each node is, by Tarjan's algorithm; nodes that no start leads to are in none. */
function circlesOf(
  count: number,
  nextOf: (node: number) => readonly number[],
  starts: readonly number[] = [...Array(count).keys()],
): (number | undefined)[] {
  const circles: (number | undefined)[] = [];
  const order = new Map<number, number>();
  const lowest = new Map<number, number>();
  const open: number[] = [];
  for (const start of starts) {
    if (order.has(start)) continue;
    const way: { node: number; left: number[] }[] = [];
    const enter = (node: number) => {
      order.set(node, order.size);
      lowest.set(node, order.size - 1);
      open.push(node);
      way.push({ node, left: [...nextOf(node)] });
    };
    const lower = (node: number, to: number) =>
      lowest.set(node, Math.min(lowest.get(node) ?? to, to));
    enter(start);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const { node, left } = top;
      const to = left.pop();
      if (to !== undefined) {
        if (!order.has(to)) enter(to);
        else if (circles[to] === undefined) lower(node, order.get(to) ?? 0);
        continue;
      }
      way.pop();
      const before = way.at(-1);
      if (before !== undefined) lower(before.node, lowest.get(node) ?? 0);
      if (lowest.get(node) !== order.get(node)) continue;
      for (let one = open.pop(); one !== undefined; one = open.pop()) {
        circles[one] = node;
        if (one === node) break;
      }
    }
  }
  return circles;
}
