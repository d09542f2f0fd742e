import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../src/schema/compile.ts';

interface Group {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>> | boolean;
  readonly tests: readonly { description: string; data: unknown; valid: boolean }[];
}

/** Where Debian's package libtest-json-schema-acceptance-perl keeps the official JSON-Schema-Test-Suite. */
const SUITE = '/usr/share/perl5/auto/share/dist/Test-JSON-Schema-Acceptance/tests/draft2020-12/';

/** They need other documents, or an annotation that `matchesSchema` takes for a rule. */
const NOT_RUN = new Set(['anchor', 'format', 'id', 'refRemote', 'unknownKeyword', 'vocabulary']);

/** The required cases for 2020-12, by the keyword that they are about. */
const suite: readonly (readonly [keyword: string, groups: readonly Group[]])[] = !existsSync(SUITE)
  ? []
  : readdirSync(SUITE)
      .filter((file) => file.endsWith('.json'))
      .map((file) => [file.slice(0, -'.json'.length), groupsIn(file)] as const)
      .filter(([keyword, groups]) => !NOT_RUN.has(keyword) && groups.length > 0);

function groupsIn(file: string): Group[] {
  const groups: Group[] = JSON.parse(readFileSync(join(SUITE, file), 'utf8'));
  return groups.filter(
    ({ schema }) => typeof schema === 'object' && !JSON.stringify(schema).includes('//localhost:'),
  );
}

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

describe('matchesSchema and the official cases', () => {
  if (suite.length === 0) {
    process.stderr.write(`Skipped: the official cases of JSON Schema (no ${SUITE})\n`);
    test.skip('agree', () => {});
    return;
  }

  describe.each(suite)('of %s', (keyword, groups) => {
    test.each(groups.map((group) => [group.description, group] as const))('%s', (_what, group) => {
      let validate: ReturnType<typeof compile>;
      try {
        validate = compile(group.schema as Record<string, unknown>);
      } catch (error) {
        expect((error as Error).message).toMatch(REFUSED[keyword] ?? /nothing is refused/);
        return;
      }
      const got = group.tests.map(({ description, data }) => [description, validate(bare(data))]);
      expect(got).toEqual(group.tests.map(({ description, valid }) => [description, valid]));
    });
  });

  test('nearly all are checked, not refused', () => {
    const groups = suite.flatMap(([, own]) => own);
    const refused = groups.filter(({ schema }) => {
      try {
        compile(schema as Record<string, unknown>);
        return false;
      } catch {
        return true;
      }
    });
    expect(groups.length).toBeGreaterThan(200);
    expect(refused.length / groups.length).toBeLessThan(0.25);
  });
});
