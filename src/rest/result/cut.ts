import { isObject } from '../json.ts';

/** A result that was cut, and its text. */
export interface Cut {
  readonly value: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Where an array stands: the names of the objects around it. */
interface Place {
  readonly path: readonly string[];
  readonly items: readonly unknown[];
}

/**
 * Cuts a value, so that its text has `max` bytes at most. The outermost array, the longest where there are
 * several, ends after the last whole element that fits. `truncated` says so, and `truncatedFrom` how many
 * elements there were; a list alone becomes `items`. Undefined where there is no array, or not even its first
 * element fits.
 */
export function cut(value: unknown, max: number): Cut | undefined {
  const place = outermost(value);
  if (place === undefined) return undefined;
  const { items } = place;
  const texts = items.map((item) => JSON.stringify(item) ?? 'null');
  let size = Buffer.byteLength(JSON.stringify(withItems(value, place, [])));
  let count = 0;
  for (const text of texts) {
    size += Buffer.byteLength(text) + (count > 0 ? 1 : 0);
    if (size > max) break;
    count += 1;
  }
  if (count === 0) return undefined;
  const shorter = withItems(value, place, items.slice(0, count));
  return { value: shorter, text: JSON.stringify(shorter) };
}

function withItems(
  value: unknown,
  { path, items: all }: Place,
  items: readonly unknown[],
): Cut['value'] {
  const shorter = replaced(value, path, items);
  const object = isObject(shorter) ? shorter : { items: shorter };
  return { ...object, truncated: true, truncatedFrom: all.length };
}

function replaced(value: unknown, path: readonly string[], items: readonly unknown[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined || !isObject(value)) return items;
  return { ...value, [name]: replaced(value[name], rest, items) };
}

/** How many objects are searched for an array. */
const MOST_OBJECTS = 10_000;

function outermost(value: unknown): Place | undefined {
  if (Array.isArray(value)) return { path: [], items: value };
  let level: { path: readonly string[]; object: Readonly<Record<string, unknown>> }[] = isObject(
    value,
  )
    ? [{ path: [], object: value }]
    : [];
  for (let seen = level.length; level.length > 0 && seen <= MOST_OBJECTS; seen += level.length) {
    const members = level.flatMap(({ path, object }) =>
      Object.entries(object).map(([name, member]) => ({ path: [...path, name], member })),
    );
    const lists = members.flatMap(({ path, member }) =>
      Array.isArray(member) ? [{ path, items: member, length: JSON.stringify(member).length }] : [],
    );
    const [longest] = lists.toSorted((a, b) => b.length - a.length);
    if (longest !== undefined) return longest;
    level = members.flatMap(({ path, member }) =>
      isObject(member) ? [{ path, object: member }] : [],
    );
  }
  return undefined;
}
