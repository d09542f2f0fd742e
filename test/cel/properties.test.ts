import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cel } from '../../src/exports/cel.ts';
import { GatewayConfigError } from '../../src/index.ts';
import { ask, contextFor, muteWarnings } from './support/asked.ts';

muteWarnings();

const name = fc.constantFrom(
  'a',
  'b',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'then',
  '',
);
const data = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('value')), { maxLength: 4 }).map(objectOf),
  ),
})).value;

/** As `JSON.parse` makes it: `__proto__` is a member like any other. */
function objectOf(entries: [string, unknown][]): object {
  const members = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${members.join(',')}}`);
}

/** The same question asked of CEL and of JavaScript. */
const QUESTIONS: readonly (readonly [
  text: string,
  answer: (args: Record<string, unknown>) => boolean,
])[] = [
  ['has(mcp.arguments.a)', (args) => Object.hasOwn(args, 'a')],
  ["'__proto__' in mcp.arguments", (args) => Object.hasOwn(args, '__proto__')],
  ["'toString' in mcp.arguments", (args) => Object.hasOwn(args, 'toString')],
  ['has(mcp.arguments.a) && type(mcp.arguments.a) == string', ({ a }) => typeof a === 'string'],
  [
    'has(mcp.arguments.a) && mcp.arguments.a == null',
    (args) => Object.hasOwn(args, 'a') && args.a === null,
  ],
  ['has(mcp.arguments.a) && mcp.arguments.a == true', ({ a }) => a === true],
  ['has(mcp.arguments.a) && mcp.arguments.a == 1', ({ a }) => a === 1],
  ["mcp.arguments.exists(k, k == 'b')", (args) => Object.keys(args).includes('b')],
  ['mcp.arguments.size() == 2', (args) => Object.keys(args).length === 2],
  ['mcp.arguments == mcp.arguments', () => true],
  ['mcp.arguments.all(k, mcp.arguments[k] == mcp.arguments[k])', () => true],
  [
    'mcp.arguments.map(k, k).filter(k, k != "a").size() == mcp.arguments.size()',
    (args) => !Object.hasOwn(args, 'a'),
  ],
];

test('finds in JSON what JavaScript finds in it, and nothing else', () => {
  const asked = QUESTIONS.map(([text, answer]) => [text, cel(text).check, answer] as const);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, data), { maxLength: 5 }).map(objectOf), (args) => {
      for (const [text, check, answer] of asked) {
        expect([text, check(contextFor({ args }))]).toEqual([text, answer({ ...args })]);
      }
    }),
  );
});

describe('whatever is asked about', () => {
  const wild = fc.oneof(
    data,
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
      withNullPrototype: true,
    }),
  );

  test.each([
    'mcp.arguments.a == mcp.arguments.b',
    "mcp.arguments.a.all(x, x == 'a')",
    'size(mcp.arguments.a) > 1 && mcp.arguments.a.exists(x, x in mcp.arguments.b)',
    "mcp.arguments.a.matches('a+') || mcp.arguments.a > 1.0 || mcp.arguments.a",
    'mcp.arguments.a[0].b || mcp.arguments[mcp.arguments.b]',
    'int(mcp.arguments.a) > 5 || timestamp(mcp.arguments.a) > now || duration(mcp.arguments.b) > duration("1s")',
    "string(mcp.arguments.a).contains(string(mcp.arguments.b)) || mcp.arguments.a + mcp.arguments.b == 'ab'",
  ])('%s gives true, false or a reason, and never throws', (text) => {
    const { check } = cel(text);
    fc.assert(
      fc.property(wild, wild, (a, b) => {
        const decision = check(contextFor({ args: { a, b } }));
        const isVerdict = typeof decision === 'boolean';
        const isDenied =
          !isVerdict &&
          'allow' in decision &&
          decision.allow === false &&
          typeof decision.reason === 'string';
        expect(isVerdict || isDenied).toBe(true);
      }),
    );
  });
});

test('any text is an expression or a config error, whatever is in it', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'mcp',
      '.name',
      '.arguments',
      '.a',
      "['b']",
      ' == ',
      ' && ',
      ' || ',
      '!',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '? ',
      ': ',
    ),
    fc.constantFrom(
      'has(',
      'size(',
      '.all(x, ',
      '.matches(',
      "'a'",
      'r"\\d"',
      '1',
      '2.5',
      'true',
      'null',
      'x',
      ', ',
      ' in ',
      '-',
      ' + ',
      '\n',
      '//',
    ),
    fc.constantFrom(
      'principal',
      'JWT',
      'now',
      'headers',
      '.getHours()',
      'int(',
      'b"a"',
      '0x1u',
      '"""',
      '\\',
      '`',
      '@result',
      '__proto__',
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const text = pieces.join('');
      try {
        expect(['boolean', 'string']).toContain(typeof ask(text, { args: { a: 'a', b: [1] } }));
      } catch (error) {
        expect([text, error]).toEqual([text, expect.any(GatewayConfigError)]);
      }
    }),
    { numRuns: 2000 },
  );
});
