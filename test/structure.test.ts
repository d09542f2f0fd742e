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

/** The table stands in docs/architecture.md, because it is what a newcomer wants to read first. */
describe('dependencies point one way', () => {
  /** The rows of the table, in its order; a group stands for what its row names. */
  const [, section = ''] = readFileSync(
    new URL('../docs/architecture.md', import.meta.url),
    'utf8',
  ).split('\n## Directions\n');
  const rows = [...section.matchAll(/^\| (?<places>[`*][^|]+) \| (?<others>[^|]+) \|$/gm)].flatMap(
    ({ groups: { places = '', others = '' } = {} }) =>
      namesIn(places).map((place) => [place, namesIn(others)] as const),
  );
  const groups = new Map(rows.filter(([place]) => place.startsWith('*')));

  function namesIn(cell: string): string[] {
    return cell.match(/`[^`]+`|\*[^*]+\*/g) ?? [];
  }

  function placesOf(name: string): readonly string[] {
    return name.startsWith('*') ? (groups.get(name) ?? []).flatMap(placesOf) : [name.slice(1, -1)];
  }

  /** What a place may import besides itself; `mcp/` stands for all below it. */
  const allowed: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
    rows
      .filter(([place]) => place.startsWith('`'))
      .map(([place, names]) => [place.slice(1, -1), names.flatMap(placesOf)]),
  );

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

  test('every name in the table is a file, a folder, or a group with a row', () => {
    expect(Object.keys(allowed).length).toBeGreaterThan(20);
    expect(new Set(rows.map(([place]) => place)).size).toBe(rows.length);
    for (const name of rows.flatMap(([place, names]) => [place, ...names])) {
      const isThere = name.startsWith('*')
        ? groups.has(name)
        : files.some((file) => file === name.slice(1, -1) || file.startsWith(folderOf(name)));
      expect([name, isThere]).toEqual([name, true]);
    }
  });

  function folderOf(name: string): string {
    return `${name.slice(1, -1).replace(/\/$/, '')}/`;
  }

  test('every file at the top has its row, or stands above the table', () => {
    const [, above = ''] =
      /^What is not in the table stands above: (.*?)\n\n/ms.exec(section) ?? [];
    for (const file of files.filter((name) => !name.includes('/'))) {
      const isAbove = new RegExp(`[\`[]${file.replace('.', '\\.')}[\`\\]]`).test(above);
      expect([file, Object.hasOwn(allowed, file) !== isAbove]).toEqual([file, true]);
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
      'answer-stage.ts',
      'body-notes.ts',
      'engine/engine.ts',
      'errors.ts',
      'gateway-context.ts',
      'header-edits.ts',
      'http/client-address.ts',
      'lib/function-failure.ts',
      'lib/not-awaited.ts',
      'mcp/events/event-sink.ts',
      'mcp/message/client-info.ts',
      'mcp/message/message.ts',
      'mcp/session-id.ts',
      'observation.ts',
      'principal.ts',
      'targets/target.ts',
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

  test('only what makes routers and apps knows Express', () => {
    const knowing = files.filter((file) => /from 'express'/.test(source(file)));
    expect(new Set(knowing)).toEqual(
      new Set([
        'gateway.ts',
        'generation.ts',
        'mcp-gateway.ts',
        'config.ts',
        'create-server.ts',
        'command/inputs/gateway-module.ts',
        'command/inputs/input.ts',
        'command/server/app.ts',
        'command/server/health.ts',
        'command/server/live-app.ts',
        'command/server/make-server.ts',
        'command/server/refusals.ts',
        'command/server/security-headers.ts',
        'krakend/run-document.ts',
        'krakend/router.ts',
        'warnings/trust-proxy.ts',
      ]),
    );
  });

  test('only the engine knows http-proxy-middleware', () => {
    const knowing = files.filter((file) => /from 'http-proxy-middleware'/.test(source(file)));
    expect(knowing).toEqual(['engine/http-proxy-middleware.ts']);
  });

  test('only the command imports values of what takes long to import: others have lib/built-in.ts', () => {
    const importing = files.filter((file) =>
      /^import (?!type )[^;]* from 'node:(http|https|tls)';/m.test(source(file)),
    );
    expect(importing.filter((file) => !file.startsWith('command/'))).toEqual([]);
  });
});

test('one file, one idea: none is over 250 lines', () => {
  const lengths = files.map((file) => [file, source(file).split('\n').length] as const);
  expect(lengths.filter(([, length]) => length > 250)).toEqual([]);
});
