import ms from 'ms';
import type { ConfigProblems } from './config-problems.ts';

/** Milliseconds, or a number with a unit: `'500ms'`, `'5s'`, `'2m'`, `'1h'`, `'1d'`. */
export type Duration = number | string;

const WITH_UNIT = /^\d+(\.\d+)?\s*(ms|s|m|h|d)$/;

/** What a Node timer can hold; a larger one fires at once. */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Reads a duration into whole milliseconds; undefined where it is none. */
export function readDuration(problems: ConfigProblems, value: unknown): number | undefined {
  const read =
    typeof value === 'string' && WITH_UNIT.test(value) ? ms(value as ms.StringValue) : value;
  if (typeof read === 'number' && read >= 1 && read <= LONGEST_TIMER_MS) return Math.round(read);
  const code = typeof read === 'number' ? 'out_of_range' : 'invalid_value';
  problems.add(value, "milliseconds up to 24 days, or a duration like '30s' or '5m'", code);
  return undefined;
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const;

/** A duration in words, in the largest unit that gives it exactly: `1 minute`, `90 seconds`. */
export function durationText(milliseconds: number): string {
  const [size, unit] = UNITS.find(([size]) => milliseconds % size === 0) ?? [1, 'millisecond'];
  const count = milliseconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
