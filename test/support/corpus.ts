import { existsSync, readFileSync } from 'node:fs';
import { describe, test } from '@jest/globals';

/** `describe` if this file of the public corpora exists. Otherwise it skips the tests and prints that. */
export function describeCorpus<T>(file: string, name: string, body: (corpus: T) => void): void {
  const url = new URL(`../../../shared/corpora/${file}`, import.meta.url);
  if (existsSync(url)) {
    const corpus = JSON.parse(readFileSync(url, 'utf8')) as T;
    describe(name, () => body(corpus));
    return;
  }
  process.stderr.write(`Skipped: ${name} (no ../shared/corpora/${file})\n`);
  test.skip(name, () => {});
}
