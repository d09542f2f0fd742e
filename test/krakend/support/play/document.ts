import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKeys, type Expectations } from './expectations.ts';

/** A configuration of KrakenD, and what has to happen when it is run. */
export interface Document {
  readonly name: string;
  readonly text: string;
  readonly expectations: Expectations;
}

/** The documents of this package. */
export const OWN: URL = new URL('../../documents/', import.meta.url);

/** Further ones, which are not ours to bring along. */
export const SHARED: URL = new URL('../../../../../shared/krakend/', import.meta.url);

/** All documents in a folder; none where the folder is not there. */
export function documentsIn(folder: URL): Document[] {
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
  return globSync('*.expect.json', { cwd: fileURLToPath(folder) })
    .toSorted()
    .map((file) => {
      const expectations: Expectations = JSON.parse(read(file));
      checkKeys(expectations);
      const name = basename(file, '.expect.json');
      return { name, text: read(expectations.config), expectations };
    });
}
