import type { ConfigProblems } from '../../options/config-problems.ts';

/** How refusals by policy are told. */
export type DenyAs = 'http' | 'jsonrpc';

const DEFAULT: DenyAs = 'jsonrpc';

/** Reads the option. */
export function readDenyAs(problems: ConfigProblems, value: unknown = DEFAULT): DenyAs {
  if (value === 'http' || value === 'jsonrpc') return value;
  problems.add(value, "'http' or 'jsonrpc'");
  return DEFAULT;
}
