import type { Field } from './field.ts';

/** Values that switch a setting off. */
const OFF: readonly unknown[] = [false, 0, '', '0s'];

function isOff(value: unknown): boolean {
  return OFF.includes(value) || (Array.isArray(value) && value.length === 0);
}

/**
 * A key for which there is no counterpart.
 *
 * @param sentence - What KrakenD does with the key, where not all readers know that, and what to do.
 */
export function refused(sentence: string): Field<never> {
  return {
    kind: 'refused',
    read(notes, value) {
      if (!isOff(value)) notes.refuse(sentence);
      return undefined;
    },
  };
}

/**
 * A key without effect here.
 *
 * @param warning - What is different without it. Default: no user misses it, and there is no warning.
 */
export function ignored(warning?: string): Field<never> {
  return {
    kind: 'ignored',
    read(notes, value) {
      if (warning !== undefined && !isOff(value)) notes.warn(warning);
      return undefined;
    },
  };
}
