import { FORWARDED_HEADERS, MCP_PREFIX } from '../mcp/header-names.ts';

/** Shorter values ("1", "prod") occur in harmless fields and are no secrets. */
const SHORTEST_SECRET = 8;

/** Of fields that are set for the upstream, the values that no answer may contain. */
export function secretsOf(fields: readonly (readonly [name: string, value: string])[]): string[] {
  return fields
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return !FORWARDED_HEADERS.has(lower) && !lower.startsWith(MCP_PREFIX);
    })
    .map(([, value]) => value.trim().replace(/^(basic|bearer|token) +/i, ''))
    .filter((secret) => secret.length >= SHORTEST_SECRET);
}
