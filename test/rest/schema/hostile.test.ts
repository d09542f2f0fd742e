import { describe, expect, test } from '@jest/globals';
import { UntranslatableSchema } from '../../../src/rest/schema/untranslatable-schema.ts';
import { ref, translate } from './support/translate.ts';
import { expectUsable } from './support/validators.ts';

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** Schemas that each say the next one ten times. */
function laughs(levels: number, say: (next: object) => object) {
  const schemas = times(levels, (i) => [`S${i}`, say(ref(`S${i + 1}`))] as const);
  return Object.fromEntries([...schemas, [`S${levels}`, { type: 'string' }]]);
}

describe('a short document that stands for an endless schema is refused', () => {
  test.each<[how: string, say: (next: object) => object]>([
    [
      'properties',
      (next) => ({ properties: Object.fromEntries(times(10, (i) => [`p${i}`, next])) }),
    ],
    ['allOf', (next) => ({ allOf: times(10, () => ({ ...next })) })],
    ['anyOf', (next) => ({ anyOf: times(10, () => ({ ...next })) })],
    ['items', (next) => ({ prefixItems: times(10, () => next) })],
  ])('%s', (_how, say) => {
    for (const version of ['3.0', '3.1'] as const) {
      expect(() => translate(ref('S0'), { version, schemas: laughs(30, say) })).toThrow(
        /with its references inlined it is more than/,
      );
    }
  });

  test('long texts', () => {
    const say = (next: object) => ({
      description: 'ha'.repeat(2000),
      properties: Object.fromEntries(times(10, (i) => [`p${i}`, next])),
    });
    expect(() => translate(ref('S0'), { schemas: laughs(5, say) })).toThrow(
      'with its references inlined it is more than 1048576 characters',
    );
  });

  test.each<[what: string, schema: object]>([
    ['a list of values', { enum: times(200_000, (i) => `value ${i}`) }],
    ['a default', { default: { text: 'a'.repeat(2_000_000) } }],
    ['names', { required: times(100_000, (i) => `a name ${i}`) }],
  ])('%s', (_what, schema) => {
    expect(() => translate(schema)).toThrow(/more than 1048576 characters/);
  });

  test.each<[how: string, say: (next: object) => object]>([
    ['items', (next) => ({ items: next })],
    ['allOf', (next) => ({ allOf: [next] })],
    ['references alone', (next) => next],
    ['anyOf', (next) => ({ anyOf: [next, {}] })],
  ])('one in another, thousands deep: %s', (_how, say) => {
    expect(() => translate(ref('S0'), { schemas: laughs(20_000, say) })).toThrow(
      UntranslatableSchema,
    );
  });

  test('a value that is thousands deep is left out', () => {
    let value: unknown = 1;
    for (let i = 0; i < 20_000; i += 1) value = [value];
    expect(translate({ default: value, enum: ['a', value] }).losses).toEqual([
      'its enum is not what enum can be, and left out',
    ]);
  });
});

test('what is large and real is translated', () => {
  const properties = Object.fromEntries(
    times(2000, (i) => [`p${i}`, { type: 'array', items: { type: 'string', description: 'a' } }]),
  );
  const { schema, losses } = translate({ type: 'object', properties });
  expect(losses).toEqual([]);
  expect(schema).toEqual({ type: 'object', properties });
});

describe('a name that is not like others', () => {
  const named = (text: string) => JSON.parse(text) as object;

  test.each([
    '{"properties":{"__proto__":{"type":"string"}}}',
    '{"required":["__proto__"]}',
    '{"patternProperties":{"__proto__":{}}}',
    '{"dependentRequired":{"__proto__":["a"]}}',
    '{"dependentSchemas":{"a":{"properties":{"__proto__":{}}}}}',
  ])('is refused, because validators do not look at it: %s', (text) => {
    expect(() => translate(named(text))).toThrow(/a property is called __proto__/);
  });

  test('in a value stays a name', () => {
    const given = named('{"default":{"__proto__":{"polluted":true}},"enum":[{"__proto__":1}]}');
    const { schema } = translate(given);
    expect(JSON.stringify(schema)).toBe(JSON.stringify(given));
    expect(Object.getPrototypeOf(schema.default)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('among the keywords changes nothing', () => {
    const { schema } = translate(named('{"type":"string","__proto__":{"type":"number"}}'));
    expect(schema).toEqual({ type: 'string' });
    expect(Object.getPrototypeOf(schema)).toBe(Object.prototype);
  });

  test('that every object has is one like others', () => {
    const given = {
      properties: { constructor: { readOnly: true }, hasOwnProperty: { type: 'string' } },
      required: ['constructor', 'hasOwnProperty', 'toString'],
    };
    const { schema } = translate(given);
    expect(schema).toEqual({
      properties: { hasOwnProperty: { type: 'string' } },
      required: ['hasOwnProperty', 'toString'],
    });
    expectUsable(schema);
  });
});

describe('a pattern', () => {
  test.each<[what: string, pattern: unknown]>([
    ['that is none', '(a'],
    ['of another language', '(?i)a'],
    ['with a class of POSIX', '[[:alpha:'],
    ['with an anchor of Ruby', String.raw`\Aa\z`],
    ['that is no text', 5],
  ])('%s is left out, and told', (_what, pattern) => {
    expect(translate({ type: 'string', pattern })).toEqual({
      schema: { type: 'string' },
      losses: ['its pattern is not one of ECMA-262, and is left out'],
    });
  });

  test.each([
    '(a+)+$',
    '(a*)*$',
    '(a|a)*$',
    '(.*)*$',
    '(a|b|ab)*c',
    String.raw`^(\w+\s?)*$`,
    '(a?a?)*b',
    '(-a*a*)*!',
    '(a{1,4})*b',
    '(a+){10}$',
    '(x+x+)+y',
    '(?:[a-z]+|[b-y])*!',
    '^(?=(a+)+$).*',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    `${'('.repeat(200)}a${'+)'.repeat(200)}`,
    `${'('.repeat(100)}${'){8}'.repeat(100)}`,
    'a'.repeat(1001),
  ])('that could take endlessly long is left out, and told: %s', (pattern) => {
    expect(translate({ type: 'string', pattern })).toEqual({
      schema: { type: 'string' },
      losses: ['its pattern may take very long, and is left out'],
    });
  });

  test.each([
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==)?$',
    String.raw`^(\.[\w-]+)*$`,
    String.raw`^[^@]+@([a-z]+\.)+[a-z]{2,}$`,
    String.raw`^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$`,
    String.raw`^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`,
    '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.]){2,}[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$',
    '^[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}$',
    '^(foo|far|(?<year>[12]))*$',
    '(a|ab)*c',
    String.raw`\p{L}+\u{1F600}\x41\cA(b)\1`,
    'a'.repeat(400),
  ])('that takes its time as the text is long stays: %s', (pattern) => {
    expect(translate({ type: 'string', pattern })).toEqual({
      schema: { type: 'string', pattern },
      losses: [],
    });
  });

  test('for names that cannot be used leaves its properties out, and refuses no others then', () => {
    const given = {
      patternProperties: { '(?i)a': { type: 'string' }, '^b': { type: 'number' } },
      additionalProperties: false,
    };
    expect(translate(given)).toEqual({
      schema: { patternProperties: { '^b': { type: 'number' } } },
      losses: ['a pattern of its patternProperties is not one of ECMA-262, and is left out'],
    });
  });
});
