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
  test.each([
    ['that is none', '(a'],
    ['of another language', '(?i)a'],
    ['with a class of POSIX', '[[:alpha:'],
    ['with an anchor of Ruby', String.raw`\Aa\z`],
    ['that is no text', 5],
    ['that is too long', 'a'.repeat(1001)],
  ])('%s is left out, and told', (_what, pattern) => {
    expect(translate({ type: 'string', pattern })).toEqual({
      schema: { type: 'string' },
      losses: ['its pattern cannot be used, and is left out'],
    });
  });

  test('for names that cannot be used leaves its properties out, and refuses no others then', () => {
    const given = {
      patternProperties: { '(?i)a': { type: 'string' }, '^b': { type: 'number' } },
      additionalProperties: false,
    };
    expect(translate(given)).toEqual({
      schema: { patternProperties: { '^b': { type: 'number' } } },
      losses: ['a pattern of patternProperties cannot be used, and is left out'],
    });
  });
});
