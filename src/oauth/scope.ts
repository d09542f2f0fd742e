/** Whether a value can stand as a scope (RFC 6749 section 3.3). */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^[!#-[\]-~]+$/.test(value);
}
