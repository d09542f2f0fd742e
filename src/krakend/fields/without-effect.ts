import type { Field } from './field.ts';

/** Values that say of a thing that it is not there. */
const OFF: readonly unknown[] = [false, 0, '', '0s'];

function isOff(value: unknown): boolean {
  return OFF.includes(value) || (Array.isArray(value) && value.length === 0);
}

/**
 * A key for which there is no counterpart.
 *
 * @param sentence - What KrakenD does with it where that is not known to all, and what to do.
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
 * @param warning - What is different then. Default: nothing that anybody could miss.
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
