import { decodeUtf8 } from '../json/utf8.ts';

const PREFIX = '=?base64?';
const SUFFIX = '?=';
const PLAIN = /^[\t\x20-\x7e]*$/;

/**
 * The value that an `Mcp-Name` or `Mcp-Param-*` header stands for (MCP 2026-07-28, "Value Encoding"): the
 * field itself, or the text whose UTF-8 stands as Base64 between `=?base64?` and `?=`. `undefined` where the
 * Base64 is not canonical, or its bytes are not UTF-8.
 */
export function decodeSentinel(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX)) return value;
  // In `=?base64?=` both share the question mark: some readers take it for an empty value, others for the
  // text itself.
  if (value.length < PREFIX.length + SUFFIX.length) return undefined;
  const base64 = value.slice(PREFIX.length, -SUFFIX.length);
  // Buffer decodes malformed Base64 as well, but what it encodes is canonical.
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? decodeUtf8(bytes) : undefined;
}

/**
 * The same for a value to compare: characters beyond ASCII have to be encoded, because readers differ on
 * them.
 */
export function decodeComparable(value: string): string | undefined {
  return PLAIN.test(value) ? decodeSentinel(value) : undefined;
}
