import { isFieldValue } from '../../http/field.ts';

/**
 * A value as Go sends it in a header: in UTF-8. A value that is missing, or cannot stand in a header, gives
 * no header.
 */
export function headerText(value: unknown): string | undefined {
  const text = plainText(value);
  const bytes = text === undefined ? undefined : Buffer.from(text, 'utf8').toString('latin1');
  return isFieldValue(bytes) ? bytes : undefined;
}

function plainText(value: unknown): string | undefined {
  if (Array.isArray(value)) return value.map((item) => plainText(item) ?? '').join(',');
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
