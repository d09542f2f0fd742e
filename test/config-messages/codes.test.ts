import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { createMcpGateway, jwt } from '../../src/index.ts';
import { configErrorOf } from '../support/config-error.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const page = read('docs/reference/config-problems.md');
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const end = section.indexOf('\n');
    return [section.slice(0, end), section.slice(end)] as const;
  });
const [, union = ''] =
  /type ConfigProblemCode =([^;]+);/.exec(read('src/options/gateway-config-error.ts')) ?? [];
const codes = [...union.matchAll(/'(\w+)'/g)].map(([, code]) => code);

test('every code has a section on the page, and every section is about a code', () => {
  expect(codes.length).toBeGreaterThan(0);
  expect(sections.map(([code]) => code)).toEqual(codes);
});

test.each(sections)('the section on %s shows what is thrown, and the fix', (code, text) => {
  const [, call = '', shown = ''] = /^```text\n(.*)\n\/\/ (.*)\n```$/m.exec(text) ?? [];
  const run = new Function('createMcpGateway', 'jwt', 'toolPinning', 'target', call);
  const error = configErrorOf(() =>
    run(createMcpGateway, jwt, toolPinning, 'https://mcp.example/mcp'),
  );
  const [beginning = '', end] = shown.split('…');
  expect(error?.problems.map((problem) => problem.code)).toEqual([code]);
  const [line] = error?.problems.map(({ path, message }) => `${path}: ${message}`) ?? [];
  expect(line?.slice(0, end === '' ? beginning.length : undefined)).toBe(
    end === '' ? beginning : shown,
  );
  expect(text).toMatch(/^Fix: /m);
});

test.each(codes)('%s is the code of some mistake', (code) => {
  const sources = globSync('src/**/*.ts', { cwd: root }).filter(
    (path) => !path.endsWith('gateway-config-error.ts'),
  );
  expect(sources.some((path) => read(path).includes(`'${code}'`))).toBe(true);
});

test('the page is in the package', () => {
  expect(JSON.parse(read('package.json')).files).toContain('docs');
});

describe('an error', () => {
  const error = configErrorOf(() =>
    createMcpGateway({
      target: 'https://mcp.example/mcp',
      timeout: { connect: '5' },
      ratelimit: { limit: 60, window: '1m' },
    } as never),
  );

  test('is shown on the page as it is', () => {
    const [, shown] = /^```text\n(.*?)\n```$/ms.exec(page) ?? [];
    const lines = (text: string | undefined) => text?.split('\n').sort();
    expect(lines(error?.message)).toEqual(lines(shown));
  });

  test('lists its mistakes for programs', () => {
    expect(error?.problems).toContainEqual({
      path: 'timeout.connect',
      code: 'invalid_value',
      message: expect.stringMatching(/^given "5"; expected milliseconds/),
      given: '"5"',
      expected: expect.stringMatching(/^milliseconds/),
      docs: 'express-mcp-gateway/docs/reference/config-problems.md#invalid_value',
    });
  });

  test('names the function whose options they are', () => {
    expect(configErrorOf(() => jwt({} as never))?.message).toMatch(
      /^Invalid configuration of jwt\(\):\n/,
    );
  });
});
