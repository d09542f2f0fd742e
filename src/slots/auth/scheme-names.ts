import type { AuthenticationScheme } from './authenticator.ts';

/**
 * A name for each scheme of a list: its kind, and its place among those of its kind. So it is the same
 * in every process with the same configuration, and does not change when one of another kind is added.
 */
export function schemeNames(schemes: readonly AuthenticationScheme[]): string[] {
  const counts = new Map<string, number>();
  return schemes.map(({ kind = 'scheme' }) => {
    const place = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, place);
    return `${kind} ${place}`;
  });
}
