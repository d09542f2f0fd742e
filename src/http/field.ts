/** RFC 9110 section 5.6.2: what a field name may be made of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Whether `name` can stand as a field name (RFC 9110 section 5.1). */
export function isFieldName(name: unknown): name is string {
  return typeof name === 'string' && TOKEN.test(name);
}

/**
 * The form that all spellings of a field's name share. It is in lower case, and `_` counts as `-`, because
 * CGI-style servers cannot tell them apart (CVE-2025-64484).
 */
export function foldFieldName(name: string): string {
  const lower = name.toLowerCase();
  return lower.includes('_') ? lower.replaceAll('_', '-') : lower;
}

/** What no field value may contain (RFC 9110 section 5.5), nor a reason phrase (RFC 9112 section 4). */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;

/** Names the first character that cannot stand in a field value; nothing else of the value is told. */
export function badCharacter(value: string): string {
  const [character = ''] = CONTROL.exec(value) ?? [];
  if (/[\r\n]/.test(character)) return 'a line break';
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Whether `value` can stand as a field value. */
export function isFieldValue(value: unknown): value is string {
  return typeof value === 'string' && !CONTROL.test(value);
}
