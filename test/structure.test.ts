import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const src = fileURLToPath(new URL('../src', import.meta.url));
const files = globSync('**/*.ts', { cwd: src });
const source = (file: string) => readFileSync(join(src, file), 'utf8');

/** What each module imports of ours, as paths from `src`. */
const imports = new Map(
  files.map((file) => [
    file,
    [...source(file).matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
      join(dirname(file), path),
    ),
  ]),
);

const folderOf = (file: string) => (file.includes('/') ? dirname(file) : '');

describe('dependencies point one way', () => {
  /** What a folder may import besides itself. Of the files at the top, only those named. */
  const allowed: Record<string, string[]> = {
    http: [],
    options: [],
    mcp: ['http'],
    observability: ['http', 'mcp', 'options', 'context.ts', 'errors.ts'],
    headers: ['http', 'mcp', 'options', 'context.ts'],
    policies: ['http', 'mcp', 'options', 'context.ts', 'errors.ts'],
    limits: ['http', 'mcp', 'options', 'policies', 'auth', 'context.ts'],
    auth: ['http', 'options'],
    sessions: ['http', 'mcp', 'options', 'context.ts', 'errors.ts'],
    outbound: ['http', 'options', 'auth', 'context.ts', 'errors.ts'],
    middleware: [
      'http',
      'mcp',
      'options',
      'observability',
      'headers',
      'policies',
      'limits',
      'auth',
      'sessions',
      'answer.ts',
      'context.ts',
      'errors.ts',
    ],
    relay: ['http', 'mcp', 'options', 'answer.ts', 'context.ts', 'errors.ts'],
  };

  test.each(Object.entries(allowed))('%s', (folder, others) => {
    for (const [file, targets] of imports) {
      if (folderOf(file) !== folder) continue;
      for (const target of targets) {
        expect([folder, ...others]).toContain(folderOf(target) || target);
      }
    }
  });

  test('errors and the context are at the bottom', () => {
    expect(imports.get('errors.ts')).toEqual([]);
    expect(imports.get('context.ts')).toEqual([
      'auth/principal.ts',
      'errors.ts',
      'mcp/message.ts',
      'mcp/session-id.ts',
    ]);
  });

  test('there is no cycle', () => {
    const done = new Set<string>();
    const visit = (file: string, path: string[]): void => {
      expect(path).not.toContain(file);
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });

  test('middlewares do not know each other', () => {
    for (const [file, targets] of imports) {
      if (folderOf(file) === 'middleware') {
        expect(targets.filter((target) => folderOf(target) === 'middleware')).toEqual([]);
      }
    }
  });

  test('only the gateway and its config know Express', () => {
    const knowing = files.filter((file) => /from 'express'/.test(source(file)));
    expect(new Set(knowing)).toEqual(new Set(['gateway.ts', 'config.ts', 'trust-warning.ts']));
  });

  test('only the engine knows http-proxy-middleware', () => {
    const knowing = files.filter((file) => /from 'http-proxy-middleware'/.test(source(file)));
    expect(knowing).toEqual(['relay/http-proxy-middleware-engine.ts']);
  });
});

test('one file, one idea: none is over 250 lines', () => {
  const lengths = files.map((file) => [file, source(file).split('\n').length] as const);
  expect(lengths.filter(([, length]) => length > 250)).toEqual([]);
});
