import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const documents = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root });

/** Without blocks of code. */
const proseOf = (path: string) => read(path).replaceAll(/^ *```.*?^ *```$/gms, '');

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(path: string): string[] {
  return [...proseOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

test('there are documents to test', () => {
  for (const path of ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/reference/bounds.md']) {
    expect(documents).toContain(path);
  }
});

describe.each(documents)('%s', (document) => {
  test('links only to files and headings that exist', () => {
    const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
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

test('README says of each warning of the process what to do', () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');
  const codes = new Set(sources.match(/MCP_GATEWAY_[A-Z_]+/g));
  const rows = [
    ...read('README.md').matchAll(/^\| `(MCP_GATEWAY_[A-Z_]+)` \| [^|]+ \| [^|]+ \|$/gm),
  ];
  expect(codes.size).toBeGreaterThanOrEqual(5);
  expect(new Set(rows.map(([, code]) => code))).toEqual(codes);
});

describe('CHANGELOG', () => {
  const [, unreleased = ''] = read('CHANGELOG.md').split(/^## \[/m);

  test('has each section of what is unreleased once, in the order of Keep a Changelog', () => {
    const order = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    const sections = [...unreleased.matchAll(/^### (.+)$/gm)].map(([, name]) => name);
    expect(sections).toEqual(order.filter((name) => sections.includes(name)));
  });

  test('has each change once', () => {
    const changes = unreleased.split(/^(?:- |#+ )/m).map((change) => change.trim());
    expect(changes.filter((change, i) => changes.indexOf(change) !== i)).toEqual([]);
  });
});
