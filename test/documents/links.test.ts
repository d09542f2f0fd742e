import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { anchorsOf, DOCUMENTS, PAGES, proseOf, ROOT, read } from '../support/pages.ts';

/** The targets of the links of a document. */
const linksOf = (document: string) =>
  [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);

const isRelative = (link: string) => !/^https?:/.test(link);

/** The path from the root that a relative link of a document leads to. */
function targetOf(document: string, link: string): string {
  const [path = ''] = link.split('#');
  return path === '' ? document : join(dirname(document), path);
}

test('there are documents to test', () => {
  for (const path of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/reference/bounds.md']) {
    expect(DOCUMENTS).toContain(path);
  }
});

describe.each(DOCUMENTS)('%s', (document) => {
  test('links only to files and headings that exist', () => {
    for (const link of linksOf(document).filter(isRelative)) {
      const target = targetOf(document, link);
      const [, anchor] = link.split('#');
      expect([link, existsSync(join(ROOT, target))]).toEqual([link, true]);
      if (anchor !== undefined)
        expect([link, anchorsOf(target)]).toEqual([link, expect.arrayContaining([anchor])]);
    }
  });

  test('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(document).matchAll(/npm run ([\w:-]+)/g)].map(
      ([, script = '']) => script,
    );
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });
});

test('every page in docs can be reached from docs/index.md by its links', () => {
  const reached = new Set(['docs/index.md']);
  for (const page of reached) {
    for (const link of linksOf(page).filter(isRelative)) {
      const target = targetOf(page, link);
      if (PAGES.includes(target)) reached.add(target);
    }
  }
  expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
});

test('files of tests that pages name are there', () => {
  const named = PAGES.flatMap((page) => [
    ...read(page).matchAll(/`(test\/(?!.*node_modules)[\w./-]+)`/g),
  ]);
  expect(named.length).toBeGreaterThanOrEqual(5);
  for (const [, path = ''] of named) {
    expect([path, globSync(path, { cwd: ROOT })]).toEqual([path, [path]]);
  }
});

test('pages that comments and messages of the source name are there, and in the package', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
  const named = [...sources.matchAll(/(?:`|express-mcp-gateway\/)(docs\/[\w/-]+\.md)/g)];
  expect(named.length).toBeGreaterThanOrEqual(4);
  for (const [, page = ''] of named) expect(PAGES).toContain(page);
  expect(JSON.parse(read('package.json')).files).toContain('docs');
});
