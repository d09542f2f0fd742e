import type { TemplateValues } from './target.ts';

/**
 * What tells upstreams apart that have the same URL but for these values. Empty where it has no names. No
 * value has one of the delimiters in it.
 */
export function valuesKey(values: TemplateValues | undefined): string {
  return values === undefined ? '' : [...values].join('&');
}
