import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { apiReport } from './report.ts';
import { statementsOf } from './statements.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The report on these files. */
function reportOn(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-report-'));
  folders.push(folder);
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  return apiReport(folder);
}

/** Apart, because tests are searched for what they import. */
function from(path: string): string {
  return `from '${path}'`;
}

const FILES = {
  'index.d.ts': `export { type Shape, draw } ${from('./draw.ts')};\n`,
  'exports/draw.d.ts': `export { draw } ${from('../draw.ts')};\n`,
  'draw.d.ts': `import type { Server } from 'node:http';
import type { Colour } ${from('./colour.ts')};
export interface Shape {
    readonly colour: Colour;
    readonly size?: number;
}
export interface Internal {
}
export declare function draw(shape: Shape, on: Server): void;
`,
  'colour.d.ts': "export type Colour = 'red' | {\n    readonly grey: number;\n};\n",
};

describe('the report on the declarations', () => {
  test('holds what is exported and what that refers to, and nothing else', () => {
    const report = reportOn(FILES);
    expect(report).toContain(
      '## `express-mcp-gateway`\n\nValues:\n\n- `draw`\n\nTypes:\n\n- `Shape`\n',
    );
    expect(report).toContain('## `express-mcp-gateway/draw`\n\nValues:\n\n- `draw`\n');
    expect(report).toContain("export type Colour = 'red' | {\n    readonly grey: number;\n};\n");
    expect(report).toContain('    readonly size?: number;\n');
    expect(report).not.toContain('Internal');
  });

  test('is the same when a declaration moves to another file', () => {
    const { 'colour.d.ts': colour, ...others } = FILES;
    const moved = {
      ...others,
      'paint/colour.d.ts': colour,
      'draw.d.ts': FILES['draw.d.ts'].replace('./colour.ts', './paint/colour.ts'),
    };
    expect(reportOn(moved)).toBe(reportOn(FILES));
  });

  test.each([
    ['a member', { 'draw.d.ts': FILES['draw.d.ts'].replace('size?', 'size') }],
    ['a type that another refers to', { 'colour.d.ts': "export type Colour = 'red';\n" }],
    ['an export', { 'exports/draw.d.ts': `export { draw, type Shape } ${from('../draw.ts')};\n` }],
  ])('changes with %s', (_what, change) => {
    expect(reportOn({ ...FILES, ...change })).not.toBe(reportOn(FILES));
  });

  test('fails where it would leave something out', () => {
    const star = { ...FILES, 'index.d.ts': `export * ${from('./draw.ts')};\n` };
    expect(() => reportOn(star)).toThrow(`cannot read: export * ${from('./draw.ts')}`);
    const lost = { ...FILES, 'index.d.ts': `export { lost } ${from('./draw.ts')};\n` };
    expect(() => reportOn(lost)).toThrow('draw.d.ts exports no lost');
  });
});

test('statements end with their block or with a semicolon outside of brackets and quotes', () => {
  const source = `export interface A<T> {
    readonly a: { b: T; };
}
export type B = ';' | {
    c: 1;
} | (() => void);
export declare class D {
    #private;
}
export declare function e(f?: { g: 1; }): void;
export {};
`;
  expect(statementsOf(source)).toHaveLength(5);
  expect(statementsOf(source)[1]).toBe("export type B = ';' | {\n    c: 1;\n} | (() => void);");
  expect(() => statementsOf('export type A = {')).toThrow('has no end');
});
