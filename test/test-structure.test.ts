import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
// @ts-expect-error It has no types, and needs none.
import jestConfig from '../jest.config.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const here = 'test/test-structure.test.ts';

const find = (pattern: string) =>
  globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' });
const source = (file: string) => readFileSync(join(root, file), 'utf8');

const files = find('test/**/*.ts').filter((file) => file !== here);

/** What a file imports of ours, or names as a module to start, as paths from the root. */
function importsOf(file: string): string[] {
  const named = source(file).matchAll(
    /(?:from|import|import\(|new URL\() ?'(\.{1,2}\/[^']+|support\/[^']+)'/g,
  );
  return [...named].map(([, path = '']) => join(dirname(file), path));
}

/** The folder whose support this is. */
function ownerOf(file: string): string | undefined {
  return /^(test.*?)\/support\//.exec(file)?.[1];
}

test('what two areas of tests need is in test/support: none uses the support of another', () => {
  const uses = files.flatMap((file) => importsOf(file).map((target) => [file, target] as const));
  const reaching = uses.filter(([file, target]) => {
    const owner = ownerOf(target);
    return owner !== undefined && !file.startsWith(`${owner}/`);
  });
  expect(uses.some(([, target]) => ownerOf(target) === 'test/auth')).toBe(true);
  expect(reaching).toEqual([]);
});

describe('what is protected is said in words, not in codes of a table that is not here', () => {
  /** `R1: `, `(H9)`, `fault 42`, `notes.md 6`. Ids of public advisories and RFCs are none. */
  const CODE =
    /(?:['"`(]|\$\w+: |, | and )[A-Z]\d{1,2}(?:[:)]|, [a-z])|\b(?:faults?|design) \d|\b[-\w]+\.md \d/;

  test.each([
    "test('R1: bytes",
    'describe(`A14, fault 42: a stream',
    "'client: $name: L4: its session",
    "'a name in capitals (H9)'",
    '/** In the order of notes.md 6. */',
    "describe('E8, design 7: the id",
  ])('%s', (line) => {
    expect(line).toMatch(CODE);
  });

  test('nowhere in the tests, the sources and the examples', () => {
    const found = [...files, ...find('src/**/*.ts'), ...find('examples/**/*.ts')].flatMap((file) =>
      source(file)
        .split('\n')
        .filter((line) => CODE.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});

interface Project {
  readonly displayName: string;
  readonly testMatch: readonly string[];
  readonly testPathIgnorePatterns: readonly string[];
}

describe('projects', () => {
  const projects = new Map(
    (jestConfig.projects as Project[]).map((project) => [project.displayName, project]),
  );
  const tests = find('test/**/*.test.ts').filter((file) => !file.startsWith('test/peers/'));

  function filesOf(name: string): string[] {
    const { testMatch = [], testPathIgnorePatterns = [] } = projects.get(name) ?? {};
    const ignored = testPathIgnorePatterns.map(
      (pattern) => new RegExp(pattern.replace('<rootDir>', '')),
    );
    return testMatch
      .flatMap((pattern) => find(pattern.replace('<rootDir>/', '')))
      .filter((file) => !ignored.some((pattern) => pattern.test(`/${file}`)));
  }

  test('every test is in one of unit, network, slow and slow-once', () => {
    const placed = ['unit', 'network', 'slow', 'slow-once'].flatMap(filesOf);
    expect(placed.toSorted()).toEqual(tests.toSorted());
  });

  test('every pattern names a test', () => {
    for (const { testMatch } of projects.values()) {
      for (const pattern of testMatch) {
        expect([pattern, find(pattern.replace('<rootDir>/', ''))]).not.toEqual([pattern, []]);
      }
    }
  });

  test('a unit test needs no socket and no process', () => {
    const OUTSIDE =
      /^import (?!type).* from '(?:node:(?:http|https|http2|net|tls|dgram|child_process|worker_threads)|supertest|express4?|connect|redis)'/m;
    const visit = (file: string, seen: Set<string>): void => {
      if (seen.has(file) || !file.startsWith('test/') || !file.endsWith('.ts')) return;
      seen.add(file);
      for (const target of importsOf(file)) visit(target, seen);
    };
    const seen = new Set<string>();
    for (const file of filesOf('unit')) visit(file, seen);
    const outside = [...seen].filter((file) => file !== here && OUTSIDE.test(source(file)));
    expect(outside).toEqual([]);
  });
});
