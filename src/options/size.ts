import bytes from 'bytes';
import type { ConfigProblems } from './config-problems.ts';

/** Bytes, or a number with a unit: `'512kb'`, `'4mb'`, `'1gb'` (powers of 1024). */
export type Size = number | string;

const WITH_UNIT = /^\d+(\.\d+)?\s*(b|kb|mb|gb)$/i;

/** Reads a size into bytes; undefined where it is none. */
export function readSize(problems: ConfigProblems, value: unknown): number | undefined {
  const read = typeof value === 'string' && WITH_UNIT.test(value) ? bytes.parse(value) : value;
  if (typeof read === 'number' && Number.isSafeInteger(Math.floor(read)) && read >= 1) {
    return Math.floor(read);
  }
  const code = typeof read === 'number' ? 'out_of_range' : 'invalid_value';
  problems.add(value, "bytes, or a size like '512kb' or '4mb'", code);
  return undefined;
}
