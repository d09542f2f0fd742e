import { globSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SLOTS } from '../../src/chain.ts';
import { ERRORS } from '../../src/errors.ts';
import { createMcpGateway, mcpCors, mcpProxy } from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { anchorsOf, ROOT, read } from '../support/pages.ts';
import { cellsOf, rowsBelow } from '../support/table-rows.ts';

const README = read('README.md');

/** The cells of all rows of all tables of a page. */
const rowsOf = (page: string) =>
  cellsOf(
    read(page)
      .split('\n')
      .filter((line) => line.startsWith('| ')),
  ).slice(2);

/** What stands in backticks. */
const inBackticks = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** The options a factory knows: an unknown one is answered with the list. */
function knownOptions(build: (options: never) => unknown): string[] {
  const problems = problemsOf(() => build({ '????????': 1, target: 'http://x' } as never));
  const { expected } = problems.find(({ path }) => path === '????????') ?? { expected: '' };
  return expected.replace('one of ', '').split(', ');
}

describe('the options', () => {
  test('are all in README, each once', () => {
    const rows = rowsBelow(README, 'Options').flatMap(([options]) => inBackticks(options));
    expect(rows).toHaveLength(new Set(rows).size);
    expect(new Set(rows)).toEqual(new Set(knownOptions(createMcpGateway)));
  });

  test('are all in their reference, each in a row', () => {
    const rows = rowsOf('docs/reference/options.md').map(([option]) => inBackticks(option)[0]);
    expect(rows).toHaveLength(new Set(rows).size);
    expect(new Set(rows)).toEqual(new Set(knownOptions(createMcpGateway)));
  });

  test.each([
    ['mcpProxy', mcpProxy],
    ['mcpCors', mcpCors],
  ] as const)('of %s are those that the page on middlewares names', (name, factory) => {
    const [cell = ''] = rowsOf('docs/recipes/middlewares.md')
      .flat()
      .filter((text) => text.includes(name));
    const options = [...cell.slice(cell.indexOf('{')).matchAll(/\w+/g)].map(([option]) => option);
    expect(new Set(options)).toEqual(new Set(knownOptions(factory)));
  });
});

describe('the errors', () => {
  const PAGE = 'docs/reference/errors.md';

  test('are those of the source, with their status and code', () => {
    const rows = rowsOf(PAGE).map(([reason, status, code]) => [
      inBackticks(reason)[0],
      status,
      code,
    ]);
    const expected = Object.entries(ERRORS).map(([reason, { status, code }]) => [
      reason,
      String(status),
      String(code),
    ]);
    expect(rows).toEqual(expected);
  });

  test('have an anchor each', () => {
    expect(anchorsOf(PAGE)).toEqual(expect.arrayContaining(Object.keys(ERRORS)));
  });
});

test('what a request passes through is the order of the slots, each with its page, and the relay last', () => {
  const [, section = ''] = /^## What a request passes through\n(.*?)^## /ms.exec(README) ?? [];
  const listed = [...section.matchAll(/^(\d+)\. \[`(\w+)`\]/gm)].map(
    ([, n, name]) => `${n} ${name}`,
  );
  const names = [...SLOTS.map(({ name }) => name), 'relay'];
  expect(listed).toEqual(names.map((name, i) => `${i + 1} ${name}`));
  for (const name of names.filter((slot) => slot !== 'userLimit')) {
    const file = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(section).toContain(`[\`${name}\`](docs/slots/${file}.md)`);
  }
});

test('the warnings are those of the source, and each says what to do', () => {
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).map(read).join('\n');
  const codes = new Set(sources.match(/MCP_GATEWAY_[A-Z_]+/g));
  const rows = rowsOf('docs/reference/warnings.md');
  expect(codes.size).toBeGreaterThanOrEqual(5);
  expect(new Set(rows.map(([code]) => inBackticks(code)[0]))).toEqual(codes);
  for (const row of rows) expect(row.filter((cell) => cell !== '')).toHaveLength(3);
});
