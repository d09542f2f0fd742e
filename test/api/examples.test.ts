import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { withExamples } from './tsdoc-examples.ts';

const root = new URL('../../', import.meta.url);
const files = globSync('src/**/*.ts', { cwd: root });
const sources = new Map(files.map((path) => [path, readFileSync(new URL(path, root), 'utf8')]));

test('what a comment shows of an example stands in that example', () => {
  const behind = [...sources].filter(([, source]) => withExamples(source) !== source);
  expect(behind.map(([path]) => path)).toEqual([]);
});

test('every function that users call shows an example', async () => {
  const shown = new Set(
    [...sources.values()].flatMap((source) =>
      [...source.matchAll(/@example From [^\0]*?^export (?:async )?function (\w+)/gm)].map(
        ([, name]) => name,
      ),
    ),
  );
  const exports = files.filter(
    (path) => path.startsWith('src/exports/') || path === 'src/index.ts',
  );
  const missing = [];
  for (const path of exports) {
    const module = (await import(new URL(path, root).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      const isClass = typeof value === 'function' && value.prototype instanceof Error;
      if (typeof value === 'function' && !isClass && !shown.has(name)) missing.push(name);
    }
  }
  expect(missing).toEqual([]);
});
