import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SLOTS } from '../src/chain.ts';
import { ERRORS } from '../src/errors.ts';
import { createMcpGateway, mcpCors, mcpProxy } from '../src/index.ts';
import { problemsOf } from './support/config-error.ts';
import { rowsBelow } from './support/table-rows.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const README = read('README.md');

const blocks = [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text: text ?? '',
}));

const table = (heading: string): string[][] => rowsBelow(README, heading);

/** The options a factory knows: an unknown one is answered with the list. */
function knownOptions(build: (options: never) => unknown): string[] {
  const problems = problemsOf(() => build({ '????????': 1, target: 'http://x' } as never));
  const { expected } = problems.find(({ path }) => path === '????????') ?? { expected: '' };
  return expected.replace('one of ', '').split(', ');
}

test('every TypeScript block is one of the examples, which are type-checked', () => {
  const examples = readdirSync(new URL('examples/', root)).filter((name) => name.endsWith('.ts'));
  const sources = examples.map((name) => read(`examples/${name}`));
  const shown = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text);
  expect(shown.length).toBeGreaterThanOrEqual(5);
  for (const text of shown) expect(sources).toContain(text);
});

test('every TypeScript block of the pages in docs is a part of an example', () => {
  const examples = globSync('examples/**/*.ts', { cwd: root }).map(read);
  const pages = globSync('docs/*.md', { cwd: root }).map(read);
  const shown = pages.flatMap((page) => [...page.matchAll(/^```ts\n(.*?)^```$/gms)]);
  expect(shown.length).toBeGreaterThanOrEqual(2);
  for (const [, text = ''] of shown) {
    // Whole lines, so that nothing of a statement is left out.
    const isPart = examples.some((source) => `\n${source}`.includes(`\n${text}`));
    expect([text, isPart]).toEqual([text, true]);
  }
});

test('files that the pages in docs name are there', () => {
  const pages = globSync('docs/*.md', { cwd: root }).map(read);
  const named = pages.flatMap((page) => [...page.matchAll(/`(test\/[\w./-]+)`/g)]);
  expect(named.length).toBeGreaterThanOrEqual(5);
  for (const [, path = ''] of named) {
    expect([path, globSync(path, { cwd: root })]).toEqual([path, [path]]);
  }
});

test('every command is an npm script, installs the package, or is its own', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const commands = blocks
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text.trim());
  expect(commands).toEqual([
    'npm install express-mcp-gateway express',
    'npm install && npm run demo',
    'npm install && npm test',
    'npx express-mcp-gateway krakend.json',
  ]);
  const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script ?? '');
  for (const script of named) expect(Object.keys(scripts)).toContain(script);
});

test('the JSON block is an answer from the error table', () => {
  const { text = '' } = blocks.find(({ language }) => language === 'json') ?? {};
  const { error } = JSON.parse(text);
  const { code, message } = ERRORS[error.data.reason as keyof typeof ERRORS];
  expect(error).toEqual({ code, message, data: { reason: error.data.reason } });
});

test('the error table is the one in the source', () => {
  const rows = table('Errors').map(([reason, status, code]) => [reason, status, code]);
  const expected = Object.entries(ERRORS).map(([reason, { status, code }]) => [
    `\`${reason}\``,
    String(status),
    String(code),
  ]);
  expect(rows).toEqual(expected);
});

describe('the option tables name what the factories take', () => {
  const names = (text: string) => [...text.matchAll(/\w+/g)].map(([name]) => name);

  test('createMcpGateway', () => {
    const rows = table('Options').map(([option]) => (option ?? '').replaceAll('`', ''));
    expect(new Set(rows)).toEqual(new Set(knownOptions(createMcpGateway)));
  });

  test.each([
    ['mcpProxy', mcpProxy],
    ['mcpCors', mcpCors],
  ] as const)('%s', (name, factory) => {
    const [cell = ''] = table('The middlewares by themselves')
      .flat()
      .filter((c) => c.includes(name));
    const options = names(cell.slice(cell.indexOf('{')));
    expect(new Set(options)).toEqual(new Set(knownOptions(factory)));
  });
});

test('what a request passes through is the order of the slots, and the relay last', () => {
  const [, section = ''] = /^## What a request passes through\n(.*?)^## /ms.exec(README) ?? [];
  const listed = [...section.matchAll(/^(\d+)\. \*\*`(\w+)`/gm)].map(
    ([, n, name]) => `${n} ${name}`,
  );
  const names = [...SLOTS.map(({ name }) => name), 'relay'];
  expect(listed).toEqual(names.map((name, i) => `${i + 1} ${name}`));
});

test('links inside the README lead somewhere', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-');
  const anchors = [...README.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
  for (const [, anchor] of README.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
});
