import { decodeUtf8 } from '../json/utf8.ts';

const PREFIX = '=?base64?';
const SUFFIX = '?=';
const PLAIN = /^[\t\x20-\x7e]*$/;

/**
 * What an `Mcp-Name` or `Mcp-Param-*` header says (MCP 2026-07-28, "Value Encoding"): itself, or
 * between `=?base64?` and `?=` the Base64 of its UTF-8. `undefined` where that is not canonical.
 */
export function decodeSentinel(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX)) return value;
  // In `=?base64?=` both share the question mark: some read nothing in it, others the text itself.
  if (value.length < PREFIX.length + SUFFIX.length) return undefined;
  const base64 = value.slice(PREFIX.length, -SUFFIX.length);
  // Buffer forgives everything; what it writes is canonical.
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? decodeUtf8(bytes) : undefined;
}

/** The same for a value to compare: what is not ASCII has to be encoded, as readers differ on it. */
export function decodeComparable(value: string): string | undefined {
  return PLAIN.test(value) ? decodeSentinel(value) : undefined;
}
