import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const tests = globSync('test/types/*.types.ts', { cwd: root }).map(read).join('\n');
const words = new Set(tests.replaceAll(/^\s*(\/\/|\*|\/\*\*).*$/gm, '').match(/[\w$]+/g));

/** The names of each import path, as the report on the declarations lists them. */
const entries = read('docs/reference/api.md')
  .split(/^## /m)
  .filter((section) => section.startsWith('`'))
  .map((section) => {
    const [entry = '', ...names] = [...section.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    return [entry, names] as const;
  });

test.each(entries)('every name that %s exports has a test of its type', (entry, names) => {
  expect(names.length).toBeGreaterThan(0);
  expect(tests).toContain(`from '${entry}'`);
  expect(names.filter((name) => !words.has(name ?? ''))).toEqual([]);
});
