import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

/** Constants that are numbers and bound nothing. */
const NO_BOUNDS = new Set([
  // A code of JSON-RPC.
  'src/errors.ts INVALID_REQUEST',
  // What a `Date` can be.
  'src/slots/auth/jwt/verifier.ts END_OF_TIME_S',
  'src/slots/auth/introspection/judge-answer.ts END_OF_TIME_S',
  // The version of a format.
  'src/pinning/pin-document.ts VERSION',
  // Units.
  'src/cel/functions/times.ts DAY_MS',
  'src/slots/body-limit/options.ts MB',
]);

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
};

/** Constants whose value is a number, or an expression of numbers and other constants of the file. */
function constantsIn(file: string): [name: string, value: number][] {
  const values = new Map<string, number>();
  const declarations = read(file).matchAll(
    /^(?:export )?const (?<name>[A-Z][A-Z0-9_]*)(?:: number)? = '?(?<expression>[^;']+)'?;/gm,
  );
  for (const { groups: { name = '', expression = '' } = {} } of declarations) {
    // Hexadecimal are the characters that scanners look for; with two dashes, a revision of MCP.
    if (/^0x|^\d+-\d+-\d+$/.test(expression)) continue;
    const numbers = expression
      .replaceAll(/[A-Z][A-Z0-9_]*/g, (other) => String(values.get(other) ?? other))
      .replaceAll('_', '');
    if (!/^[\d.e+\-*/ ()]+$/.test(numbers)) continue;
    values.set(name, new Function(`return ${numbers}`)());
  }
  return [...values];
}

/** What a row says, in the unit that the name of the constant ends with. */
function quantityOf(name: string, text: string): number {
  const [, dividend = '', divisor = '1', unit = ''] =
    /^([\d,]+)(?:\/(\d+))?(?: (\w+))?$/.exec(text) ?? [];
  const value =
    (Number(dividend.replaceAll(',', '')) / Number(divisor)) * (UNITS[unit] ?? Number.NaN);
  return name.endsWith('_SECONDS') ? value / 1000 : value;
}

const rows = [
  ...read('docs/reference/bounds.md').matchAll(
    /^\| `(\w+)` \| ([^|]+) \| \[([^\]]+)\]\(([^)]+)\) \| ([^|]+) \|$/gm,
  ),
].map(([, name = '', value = '', shown = '', link = '', why = '']) => ({
  name,
  value: quantityOf(name, value),
  file: `src/${shown}`,
  link,
  why,
}));

const files = globSync('src/**/*.ts', { cwd: root });
const constants = files
  .flatMap((file) => constantsIn(file).map(([name, value]) => ({ file, name, value })))
  .filter(({ file, name }) => !NO_BOUNDS.has(`${file} ${name}`));

describe('the page of bounds', () => {
  const keyOf = ({ file, name, value }: (typeof constants)[number]) => `${file} ${name} = ${value}`;

  test('has the constants of the source, with their values, and no other', () => {
    expect(constants.length).toBeGreaterThan(50);
    expect(new Set(rows.map(keyOf))).toEqual(new Set(constants.map(keyOf)));
    expect(rows.length).toBe(constants.length);
  });

  test('links to each file, and says of each what it is for', () => {
    for (const { file, link, why } of rows) {
      expect(link).toBe(`../../${file}`);
      expect(why).toMatch(/\w{3,}.*\.$/);
    }
  });
});
