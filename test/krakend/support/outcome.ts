import {
  KrakendConfigError,
  type KrakendNote,
  type KrakendReadOptions,
} from '../../../src/exports/krakend.ts';
import { checkDocument } from '../../../src/krakend/run-document.ts';
import { withCel } from '../../../src/krakend/with-cel.ts';

/** What becomes of a document: problems, or warnings. */
export interface Outcome {
  readonly problems: readonly KrakendNote[];
  readonly warnings: readonly KrakendNote[];
}

/** What `fromKrakend` says of a document, with nothing built. */
export function outcomeOf(document: string | object, options: KrakendReadOptions = {}): Outcome {
  withCel();
  try {
    return { problems: [], warnings: checkDocument(document, options).warnings };
  } catch (error) {
    if (!(error instanceof KrakendConfigError)) throw error;
    return { problems: error.problems, warnings: [] };
  }
}

/** What is said at a place, of problems or of warnings. */
export function said(notes: readonly KrakendNote[], path: string): string {
  const there = notes.filter((note) => note.path === path);
  return there.map(({ message }) => message).join('\n');
}
