import type { Notes } from '../notes.ts';
import type { Field } from './field.ts';

function valueField<T>(is: (value: unknown) => value is T, expected: string): Field<T> {
  return {
    kind: 'read',
    read(notes, value) {
      if (is(value)) return value;
      refuseType(notes, value, expected);
      return undefined;
    },
  };
}

/** KrakenD silently ignores some values of another type, and the setting that they are for. */
function refuseType(notes: Notes, value: unknown, expected: string): void {
  const isQuoted = typeof value === 'string' && value.trim() !== '' && !expected.includes('text');
  notes.refuse(
    isQuoted
      ? `write ${expected} without quotes; KrakenD ignores a text here, or takes it for another value`
      : `write ${expected} here, not ${shown(value)}`,
  );
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value === undefined) return 'nothing';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A text that is not empty. */
export const text: Field<string> = valueField(
  (value): value is string => typeof value === 'string' && value !== '',
  'a text that is not empty',
);

/** Any text. */
export const anyText: Field<string> = valueField(
  (value): value is string => typeof value === 'string',
  'a text',
);

/** `true` or `false`. */
export const flag: Field<boolean> = valueField(
  (value): value is boolean => typeof value === 'boolean',
  'true or false',
);

/** A whole number from 0. */
export const count: Field<number> = valueField(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
  'a whole number from 0',
);

/** A whole number, also below 0. */
export const integer: Field<number> = valueField(
  (value): value is number => Number.isSafeInteger(value),
  'a whole number',
);

/** A number from 0, also with a fraction. */
export const amount: Field<number> = valueField(
  (value): value is number => typeof value === 'number' && value >= 0 && Number.isFinite(value),
  'a number from 0',
);

/** An object with any keys. */
export const anyObject: Field<object> = valueField(
  (value): value is object => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
);

/** Any JSON. */
export const anything: Field<NonNullable<unknown>> = {
  kind: 'read',
  read: (_notes, value) => value as NonNullable<unknown>,
};

/** One of these texts. */
export function oneOf<const T extends string>(...values: readonly T[]): Field<T> {
  return {
    kind: 'read',
    read(notes, value) {
      if (values.includes(value as T)) return value as T;
      const meant = values.find((own) => own.toLowerCase() === String(value).toLowerCase());
      notes.refuse(
        meant === undefined ? `write one of ${values.join(', ')}` : `write ${meant} exactly so`,
      );
      return undefined;
    },
  };
}

/** A list, whose wrong items are left out. */
export function listOf<T>(items: Field<T>): Field<readonly T[]> {
  return {
    kind: 'read',
    items,
    read(notes, value) {
      if (Array.isArray(value)) {
        return value.flatMap((item, i) => {
          const read = items.read(notes.at(i), item);
          return read === undefined ? [] : [read];
        });
      }
      notes.refuse(`write a list here, not ${shown(value)}`);
      return undefined;
    },
  };
}
