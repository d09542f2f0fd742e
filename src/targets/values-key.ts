import type { TemplateValues } from './target.ts';

/**
 * A key that tells upstreams apart whose URLs differ in these values alone. Empty where the target has no
 * names. No value has a delimiter of the key in it.
 */
export function valuesKey(values: TemplateValues | undefined): string {
  return values === undefined ? '' : [...values].join('&');
}
