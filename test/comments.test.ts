import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const files = globSync('src/**/*.ts', { cwd: root });
const sources = new Map(files.map((file) => [file, read(file)]));

/** The names that the package exports, as the report on the declarations lists them. */
const exported = new Set(
  [...read('docs/reference/api.md').matchAll(/^- `(\w+)`$/gm)].map(([, name]) => name),
);

/** The interfaces and classes of a source, each with the lines of its body. */
function bodiesIn(source: string): [name: string, lines: string[]][] {
  return [...source.matchAll(/^export (?:interface|class) (\w+)[^{]*\{\n(.*?)^\}/gms)].map(
    ([, name = '', body = '']) => [name, body.split('\n')],
  );
}

describe('everything that is exported has a comment for editors to show', () => {
  /** Whether a comment ends in front of a line; those for the linter are none. */
  const isCommented = (lines: readonly string[], line: number): boolean => {
    const before = lines[line - 1]?.trim() ?? '';
    return before.startsWith('// biome-ignore')
      ? isCommented(lines, line - 1)
      : before.endsWith('*/');
  };

  test('each interface, class, type and function', () => {
    const bare: string[] = [];
    for (const [file, source] of sources) {
      const lines = source.split('\n');
      for (const [i, line] of lines.entries()) {
        const [, name = ''] =
          /^export (?:declare )?(?:interface|class|type|function|async function) (\w+)/.exec(
            line,
          ) ?? [];
        if (exported.has(name) && !isCommented(lines, i)) bare.push(`${file} ${name}`);
      }
    }
    expect(bare).toEqual([]);
  });

  test('each member of them', () => {
    const bare: string[] = [];
    for (const [file, source] of sources) {
      for (const [name, lines] of bodiesIn(source)) {
        if (!exported.has(name)) continue;
        for (const [i, line] of lines.entries()) {
          const [, member] = /^ {2}(?:readonly )?(\w+)(?=\??[:(<])/.exec(line) ?? [];
          if (member === undefined || member === 'constructor') continue;
          if (!isCommented(lines, i)) bare.push(`${file} ${name}.${member}`);
        }
      }
    }
    expect(bare).toEqual([]);
  });

  test('each function says what it returns', () => {
    const silent: string[] = [];
    for (const [file, source] of sources) {
      for (const [, comment = '', name = ''] of source.matchAll(
        /(\/\*\*(?:(?!\*\/).)*\*\/)\nexport function (\w+)/gs,
      )) {
        if (exported.has(name) && !comment.includes('@returns')) silent.push(`${file} ${name}`);
      }
    }
    expect(silent).toEqual([]);
  });
});

test('what a comment links to is known in its file, so that an editor can go there', () => {
  const dead: string[] = [];
  for (const [file, source] of sources) {
    const code = source.replaceAll(/\/\*\*.*?\*\//gs, '');
    for (const [, name = ''] of source.matchAll(/\{@link (#?\w+)/g)) {
      if (!new RegExp(`(?<![\\w.'])${name}\\b`).test(code)) dead.push(`${file} ${name}`);
    }
  }
  expect(dead).toEqual([]);
});
