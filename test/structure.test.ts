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

/** A file of the top, a folder, or below `slots` and `mcp` a file or folder of theirs. */
function placeOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'slots' || first === 'mcp' ? `${first}/${second}` : first;
}

describe('dependencies point one way', () => {
  const GROUND = [
    'errors.ts',
    'principal.ts',
    'slot-name.ts',
    'http',
    'lib',
    'oauth',
    'options',
    'mcp/',
  ];
  const CONTEXT = [...GROUND, 'context.ts', 'answer-error.ts'];

  /** What a place may import besides itself; `mcp/` stands for all below it. */
  const allowed: Record<string, readonly string[]> = {
    lib: [],
    oauth: [],
    options: [],
    dns: ['lib'],
    http: ['dns', 'lib'],
    'mcp/json': ['mcp/message-problem.ts'],
    'mcp/events': ['http', 'mcp/json'],
    'mcp/message': ['http', 'mcp/json', 'mcp/message-problem.ts'],
    'mcp/lists': ['mcp/json', 'mcp/message', 'mcp/message-problem.ts'],
    engine: ['dns', 'errors.ts', 'http', 'lib'],
    relay: [...CONTEXT, 'engine', 'slots/filter-lists'],
    'legacy-sse': [...GROUND, 'context.ts', 'relay'],
    'upstream-tokens': [...GROUND, 'context.ts', 'slots/auth'],
    'slots/auth': [...CONTEXT, 'engine'],
    'slots/body-limit': [...CONTEXT, 'slots/user-key.ts'],
    'slots/contain.ts': CONTEXT,
    'slots/cors.ts': CONTEXT,
    'slots/draining.ts': CONTEXT,
    'slots/filter-lists': [...CONTEXT, 'engine', 'relay', 'slots/policies'],
    'slots/head.ts': CONTEXT,
    'slots/headers': CONTEXT,
    'slots/hosts.ts': CONTEXT,
    'slots/ip-filter.ts': CONTEXT,
    'slots/message': [...CONTEXT, 'slots/body-limit'],
    'slots/methods.ts': CONTEXT,
    'slots/observe': CONTEXT,
    'slots/policies': [...CONTEXT, 'slots/auth'],
    'slots/rate-limit': [...CONTEXT, 'slots/policies', 'slots/user-key.ts'],
    'slots/sessions': [...CONTEXT, 'engine'],
    'slots/streams': [...CONTEXT, 'slots/user-key.ts'],
    'slots/turn.ts': CONTEXT,
    'slots/use.ts': CONTEXT,
    'slots/user-key.ts': CONTEXT,
    warnings: ['config.ts', 'oauth'],
  };

  test.each(Object.entries(allowed))('%s', (place, others) => {
    for (const [file, targets] of imports) {
      if (placeOf(file) !== place) continue;
      for (const target of targets.map(placeOf)) {
        const isAllowed = [place, ...others].some(
          (other) => target === other || (other.endsWith('/') && target.startsWith(other)),
        );
        expect([file, target, isAllowed]).toEqual([file, target, true]);
      }
    }
  });

  test('every folder has its row', () => {
    const folders = new Set(files.filter((file) => file.includes('/')).map(placeOf));
    for (const folder of folders) {
      if (folder !== 'exports' && !folder.startsWith('mcp/'))
        expect(allowed).toHaveProperty([folder]);
    }
  });

  test('errors and the context are at the bottom', () => {
    expect(imports.get('errors.ts')).toEqual([]);
    expect(imports.get('context.ts')).toEqual([
      'engine/upstream-answer.ts',
      'errors.ts',
      'http/client-address.ts',
      'lib/not-awaited.ts',
      'mcp/message/message.ts',
      'mcp/session-id.ts',
      'principal.ts',
      'slot-name.ts',
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

  test('only the gateway and its config know Express', () => {
    const knowing = files.filter((file) => /from 'express'/.test(source(file)));
    expect(new Set(knowing)).toEqual(
      new Set(['gateway.ts', 'config.ts', 'warnings/trust-proxy.ts']),
    );
  });

  test('only the engine knows http-proxy-middleware', () => {
    const knowing = files.filter((file) => /from 'http-proxy-middleware'/.test(source(file)));
    expect(knowing).toEqual(['engine/http-proxy-middleware.ts']);
  });
});

test('one file, one idea: none is over 250 lines', () => {
  const lengths = files.map((file) => [file, source(file).split('\n').length] as const);
  expect(lengths.filter(([, length]) => length > 250)).toEqual([]);
});
