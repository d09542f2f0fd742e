import type { ConfigProblems } from './config-problems.ts';

/** Reads a text that may be a secret; undefined where it is none, as with an unset variable. */
export function readCredential(problems: ConfigProblems, value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '' && value.isWellFormed()) return value;
  problems.addSecret(value, 'a text', 'wrong_type');
  return undefined;
}
