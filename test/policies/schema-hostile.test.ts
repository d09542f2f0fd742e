import { describe, expect, test } from '@jest/globals';
import { matchesSchema } from '../../src/exports/schema.ts';
import { compile } from '../../src/schema/compile.ts';
import { post } from '../support/client/send.ts';
import { problemsOf } from '../support/config-error.ts';
import { call } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

type Schema = Readonly<Record<string, unknown>>;

async function gate(schema: Schema) {
  const { port } = await guarded(matchesSchema({ t: schema }), { denyAs: 'jsonrpc' });
  return async (args: string) => {
    const { body } = await post(port, call('t', { args }));
    return body === '' ? undefined : (JSON.parse(body).error?.message as string | undefined);
  };
}

const refusal = (problem: string) =>
  `The arguments do not match the schema of this tool: ${problem}. Correct them and call it again.`;

describe('a schema that refers to itself', () => {
  test.each<[string, Schema]>([
    ['2020-12', {}],
    ['2019-09', { $schema: 'https://json-schema.org/draft/2019-09/schema' }],
    ['draft-07', { $schema: 'http://json-schema.org/draft-07/schema#' }],
    ['with an $id', { $id: 'https://app.example/tree' }],
  ])('is checked to the bottom: %s', async (_dialect, more) => {
    const ask = await gate({ ...more, properties: { a: { $ref: '#' }, n: { type: 'number' } } });
    const nested = (depth: number, leaf: string) =>
      `${'{"a":'.repeat(depth)}${leaf}${'}'.repeat(depth)}`;
    expect(await ask(nested(200, '{"n":1}'))).toBeUndefined();
    expect(await ask(nested(200, '{"n":"x"}'))).toMatch(/must be number/);
  });

  test('by an anchor too', async () => {
    const ask = await gate({
      properties: { a: { $ref: '#text' } },
      $defs: { text: { $anchor: 'text', type: 'string' } },
    });
    expect(await ask('{"a":"x"}')).toBeUndefined();
    expect(await ask('{"a":1}')).toBe(refusal('/a must be string'));
  });

  test.each<[string, Schema]>([
    ['at once', { $ref: '#' }],
    ['beside another one', { allOf: [{ $ref: '#' }] }],
    [
      'by another one',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
    ],
  ])('in a circle, %s, is a mistake', (_how, schema) => {
    const [problem] = problemsOf(() => matchesSchema({ t: schema }));
    expect(problem?.expected).toMatch(/references lead in a circle/);
  });
});

test.each<[string, Schema, RegExp]>([
  ['items that others left', { unevaluatedItems: false }, /use prefixItems and items/],
  ['a $dynamicRef', { properties: { a: { $dynamicRef: '#a' } } }, /use \$ref/],
  [
    'a $recursiveRef',
    { $schema: 'https://json-schema.org/draft/2019-09/schema', items: { $recursiveRef: '#' } },
    /use \$ref/,
  ],
  [
    'members that a condition left',
    { if: { required: ['a'] }, else: { required: ['b'] }, unevaluatedProperties: false },
    /use additionalProperties/,
  ],
  ['a member called __proto__', JSON.parse('{"properties":{"__proto__":{}}}'), /__proto__/],
])('%s would not be checked as the standard says, and is a mistake', (_what, schema, expected) => {
  const [problem, ...others] = problemsOf(() => matchesSchema({ t: schema }));
  expect(others).toEqual([]);
  expect(problem?.expected).toMatch(expected);
});

test('a property that is called like a keyword is none', async () => {
  const ask = await gate({
    properties: { if: { type: 'string' }, unevaluatedItems: { type: 'number' } },
    unevaluatedProperties: false,
  });
  expect(await ask('{"if":"x","unevaluatedItems":1}')).toBeUndefined();
  expect(await ask('{"other":1}')).toBe(refusal('they may not have "other"'));
});

test('a name may be listed and match a pattern as well', async () => {
  const ask = await gate({
    properties: { foo: { type: 'string' } },
    patternProperties: { '^f': { maxLength: 2 } },
  });
  expect(await ask('{"foo":"x"}')).toBeUndefined();
  expect(await ask('{"foo":"xxx"}')).toMatch(/must NOT have more than 2/);
});

test('a schema that is changed later is what it was', async () => {
  const required = Array.from({ length: 300 }, (_, i) => `k${i}`);
  const schema = { required, properties: { a: { enum: ['x'] } } };
  const ask = await gate(schema);
  required.length = 0;
  schema.properties.a.enum[0] = 'secret';
  expect(await ask('{"a":"secret"}')).toMatch(/lack "k0"|must be one of "x"/);
});

describe('formats', () => {
  const long = (text: string) => text.repeat(100_000 / text.length);

  test.each([long('a:'), long('a:@'), long('a@a/'), `${long('a@a/')} `, long('a-a.')])(
    'a long text is no work for url: %#',
    (text) => {
      expect(compile({ format: 'url' })(`http://${text}!`)).toBe(false);
    },
  );

  test.each([
    ['http://user:p:w@example.com/a@b?c', true],
    ['https://user@example.com', true],
    ['ftp://example.com:2121', true],
    ['https://@example.com', false],
    ['https://10.0.0.1/', false],
    ['https://example.com/a b', false],
    ['file:///etc/passwd', false],
  ])('url: %s', (text, valid) => {
    expect(compile({ format: 'url' })(text)).toBe(valid);
  });

  test.each([
    ['', true],
    ['YQ==', true],
    ['YWI=', true],
    ['no Base64\n', false],
    ['!\nYQ==', false],
  ])('byte: %j', (text, valid) => {
    expect(compile({ format: 'byte' })(text)).toBe(valid);
  });
});

describe('a multiple is one of decimals', () => {
  test.each([
    [19.99, 0.01, true],
    [-0.3, 0.1, true],
    [0.35, 0.1, false],
    [1e308, 0.01, true],
    [5e-324, 1, false],
    [9007199254740991, 2, false],
    [1e21, 3, false],
    [0, 0.7, true],
  ])('%d of %d: %s', (value, multipleOf, valid) => {
    expect(compile({ multipleOf })(value)).toBe(valid);
  });

  test('and says of what', async () => {
    const ask = await gate({ properties: { price: { multipleOf: 0.01 } } });
    expect(await ask('{"price":19.99}')).toBeUndefined();
    expect(await ask('{"price":19.999}')).toBe(refusal('/price must be multiple of 0.01'));
  });
});

test('what is not found in a long list leaves no error for each item', () => {
  const validate = compile({ contains: { enum: [-1, { a: 1 }] } });
  expect(validate(Array.from({ length: 1000 }, (_, i) => i))).toBe(false);
  expect(validate.errors?.map(({ keyword }) => keyword)).toEqual(['contains']);
});
describe('the sentence', () => {
  test.each<[string, Schema, string, string]>([
    [
      'of a name',
      { propertyNames: { maxLength: 3 } },
      '{"long":1}',
      'they may not have "long": a name must NOT have more than 3 characters',
    ],
    ['of what is never allowed', { properties: { a: false } }, '{"a":1}', '/a is not allowed'],
    [
      'of alternatives',
      { properties: { a: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
      '{"a":1}',
      '/a must be string, or /a must be null',
    ],
    [
      'where two of them match',
      { properties: { a: { oneOf: [{ minimum: 1 }, { minimum: 2 }] } } },
      '{"a":5}',
      '/a must match exactly one schema in oneOf',
    ],
  ])('%s', async (_what, schema, args, problem) => {
    expect(await (await gate(schema))(args)).toBe(refusal(problem));
  });
});
