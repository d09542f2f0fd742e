import type { ConfigProblems } from '../../options/config-problems.ts';

/** How refusals by policy are told. */
export type DenyAs = 'http' | 'jsonrpc' | 'unknown';

const DEFAULT: DenyAs = 'jsonrpc';

/** Reads the option. */
export function readDenyAs(problems: ConfigProblems, value: unknown = DEFAULT): DenyAs {
  if (value === 'http' || value === 'jsonrpc' || value === 'unknown') return value;
  problems.add(value, "'http', 'jsonrpc' or 'unknown'");
  return DEFAULT;
}
