import { isObject } from '../json.ts';

/** Members to keep, and what to keep of each; an empty tree keeps all. */
export type PickTree = ReadonlyMap<string, PickTree>;

/** Paths as a tree: `'items'`, `'items.id'`. A path that is the beginning of another keeps all of it. */
export function pickTree(paths: readonly string[]): PickTree {
  const tree = new Map<string, PickTree>();
  const whole = new Set(paths);
  for (const path of paths) {
    const names = path.split('.');
    let current = tree as Map<string, PickTree>;
    for (const [i, name] of names.entries()) {
      const next = (current.get(name) ?? new Map()) as Map<string, PickTree>;
      current.set(name, next);
      if (whole.has(names.slice(0, i + 1).join('.'))) {
        next.clear();
        break;
      }
      current = next;
    }
  }
  return tree;
}

/** The part of a value that is kept; of a list, the same part of each item. */
export function pick(value: unknown, tree: PickTree): unknown {
  if (tree.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const below = tree.get(name);
      return below === undefined ? [] : [[name, pick(member, below)]];
    }),
  );
}
