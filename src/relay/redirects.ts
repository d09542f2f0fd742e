import type { ConfigProblems } from '../options/config-problems.ts';

/** Reads whether redirects to the target's own origin are followed. */
export function readRedirects(problems: ConfigProblems, value: unknown = false): boolean {
  if (value === 'same-origin') return true;
  if (value !== false) problems.add(value, "'same-origin' or false");
  return false;
}
