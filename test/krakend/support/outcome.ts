import {
  KrakendConfigError,
  type KrakendNote,
  type KrakendReadOptions,
  toGatewayConfigs,
} from '../../../src/exports/krakend.ts';

/** What becomes of a document: problems, or warnings. */
export interface Outcome {
  readonly problems: readonly KrakendNote[];
  readonly warnings: readonly KrakendNote[];
}

/** Reads a document, with nothing sent anywhere. */
export function outcomeOf(document: string | object, options: KrakendReadOptions = {}): Outcome {
  const warnings: KrakendNote[] = [];
  try {
    toGatewayConfigs(document, { ...options, onWarning: (warning) => warnings.push(warning) });
    return { problems: [], warnings };
  } catch (error) {
    if (!(error instanceof KrakendConfigError)) throw error;
    return { problems: error.problems, warnings };
  }
}

/** What is said at a place, of problems or of warnings. */
export function said(notes: readonly KrakendNote[], path: string): string {
  const there = notes.filter((note) => note.path === path);
  return there.map(({ message }) => message).join('\n');
}
