import type { ServerResponse } from 'node:http';
import vary from 'vary';
import { isFieldName } from '../../http/field.ts';

/**
 * Adds an upstream's `Vary` to what the answer varies by already. What is no field name is left out, as
 * recipients do (RFC 9110 section 5.6.1); `*` stands for all.
 */
export function mergeVary(res: ServerResponse, values: readonly string[]): void {
  const names = values
    .join()
    .split(',')
    .map((name) => name.trim())
    .filter(isFieldName);
  if (names.includes('*')) res.setHeader('Vary', '*');
  else if (names.length > 0) vary(res, names);
}
