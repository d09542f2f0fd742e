import { FORWARDED_HEADERS, MCP_PREFIX } from '../mcp/header-names.ts';

type Field = readonly [name: string, value: string, folded?: string];

/** Shorter values ("1", "prod") occur in harmless fields and are no secrets. */
const SHORTEST_SECRET = 8;

/** Of fields that are set for the upstream, the values that no answer may contain. */
export function secretsOf(fields: readonly Field[]): string[] {
  return fields.flatMap(credentialsIn).filter((secret) => secret.length >= SHORTEST_SECRET);
}

/** What is secret in a field, without what says of which kind it is. */
function credentialsIn([name, value]: Field): string[] {
  const lower = name.toLowerCase();
  if (FORWARDED_HEADERS.has(lower) || lower.startsWith(MCP_PREFIX)) return [];
  const text = value.trim();
  if (lower === 'cookie') return text.split(/; */).map((pair) => pair.replace(/^[^=]*=/, ''));
  const [, scheme = '', credentials = text] = SCHEME.exec(text) ?? [];
  if (scheme.toLowerCase() === 'basic') return [credentials, passwordIn(credentials)];
  return lower === 'authorization' || COMMON.includes(scheme.toLowerCase())
    ? [credentials]
    : [text];
}

/** RFC 9110 section 11.4: a scheme, and behind it the credentials. */
const SCHEME = /^([\w!#$%&'*+.^`|~-]+) +(.+)$/s;

/** Schemes that are used in other fields than `Authorization` as well. */
const COMMON: readonly string[] = ['bearer', 'token'];

/** RFC 7617 section 2. */
function passwordIn(credentials: string): string {
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}
