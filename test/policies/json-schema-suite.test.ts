import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../src/schema/compile.ts';

interface Group {
  readonly keyword: string;
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly tests: readonly { description: string; data: unknown; valid: boolean }[];
}

/** The required cases of JSON-Schema-Test-Suite for 2020-12, without those that need other documents. */
const [, ...groups] = readFileSync(
  new URL('./support/json-schema-2020-12.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Group);

/** What is a mistake at construction: there is no answer that could be wrong. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  dynamicRef: /"\$dynamicRef" is not checked/,
  'if-then-else': /^strict mode: "(if|then|else)" without .* is ignored/,
  maxContains: /^strict mode: "maxContains" without "contains" is ignored/,
  minContains: /^strict mode: "minContains" /,
  properties: /__proto__/,
  ref: /lead in a circle|^strict mode: "(if|then|else)" without/,
  unevaluatedItems: /"(unevaluatedItems|\$dynamicRef)" is not checked|^strict mode: /,
  unevaluatedProperties: /^unevaluatedProperties beside "if"|"\$dynamicRef" is not checked/,
};

/** As messages hold objects: without a prototype. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[name] = bare(member);
  return copy;
}

describe.each(Object.entries(Object.groupBy(groups, ({ keyword }) => keyword)))(
  'the official cases of %s',
  (keyword, own = []) => {
    test.each(own.map((group) => [group.description, group] as const))('%s', (_what, group) => {
      const { schema, tests } = group;
      let validate: ReturnType<typeof compile>;
      try {
        validate = compile(schema);
      } catch (error) {
        expect((error as Error).message).toMatch(REFUSED[keyword] ?? /nothing is refused/);
        return;
      }
      const got = tests.map(({ description, data }) => [description, validate(bare(data))]);
      expect(got).toEqual(tests.map(({ description, valid }) => [description, valid]));
    });
  },
);

test('nearly all of them are checked, not refused', () => {
  const refused = groups.filter(({ schema }) => {
    try {
      compile(schema);
      return false;
    } catch {
      return true;
    }
  });
  expect(groups.length).toBe(336);
  expect(refused.map(({ keyword }) => keyword).filter((name) => !(name in REFUSED))).toEqual([]);
  expect(refused.length).toBeLessThan(75);
});
