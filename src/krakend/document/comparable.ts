import { isComment } from '../fields/object.ts';

/** A value as a text in which neither comments nor the order of keys count. */
export function comparable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, own: unknown) =>
      typeof own === 'object' && own !== null && !Array.isArray(own)
        ? Object.fromEntries(
            Object.entries(own)
              .filter(([key]) => !isComment(key))
              .sort(([one], [other]) => (one < other ? -1 : 1)),
          )
        : own,
    ) ?? ''
  );
}
