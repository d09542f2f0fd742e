import type { Ajv } from 'ajv';
import formats, { type FormatName } from 'ajv-formats';
import { addMendedFormats } from './mend-formats.ts';

/** Adds the formats that schemas of this package may have. */
export function addFormats(ajv: Ajv): void {
  addMendedFormats(ajv, formats.default);
}

/** Whether a format is one that is checked. */
export function isKnownFormat(name: string): boolean {
  try {
    return formats.default.get(name as FormatName) !== undefined;
  } catch {
    return false;
  }
}
