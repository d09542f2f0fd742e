import { encodeValue } from '../../targets/template-value.ts';
import type { GivenMember } from './encoded-body.ts';
import { deepPairs } from './query.ts';
import { scalarText, wellFormed } from './scalar.ts';

/**
 * `application/x-www-form-urlencoded`: lists item by item, objects as JSON, or member by member where the
 * plan says so.
 */
export function formOf(given: readonly GivenMember[]): string {
  const pairs = given.flatMap(([{ name, argument, form }, value]) => {
    const key = encodeValue(name);
    const encode = (text: string) => encodeValue(wellFormed(text, argument));
    if (value === undefined || value === null) return [];
    if (form === 'deep') return deepPairs(key, value, encode);
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => `${key}=${encode(scalarText(item))}`);
  });
  return pairs.join('&');
}
