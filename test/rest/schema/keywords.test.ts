import { describe, expect, test } from '@jest/globals';
import { condition, ref, translate } from './support/translate.ts';
import { expectUsable } from './support/validators.ts';

type Case = readonly [given: unknown, expected: unknown];

const SAME: readonly unknown[] = [
  { type: 'string' },
  { type: 'integer', minimum: 1, maximum: 10, multipleOf: 2 },
  { type: 'string', minLength: 1, maxLength: 5, pattern: '^a' },
  { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2, uniqueItems: true },
  { type: 'object', minProperties: 1, maxProperties: 2 },
  { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  { additionalProperties: false },
  { additionalProperties: { type: 'string' } },
  { additionalProperties: true },
  { enum: ['a', 1, null, { b: [true] }] },
  { title: 'A', description: 'B', default: { c: [1] }, deprecated: true },
  { anyOf: [{ type: 'string' }, { type: 'number' }] },
  { oneOf: [{ type: 'string' }, { type: 'number' }] },
  { not: { type: 'string' } },
  ...[
    'date',
    'date-time',
    'duration',
    'email',
    'hostname',
    'int32',
    'int64',
    'ipv4',
    'ipv6',
    'json-pointer',
    'regex',
    'relative-json-pointer',
    'time',
    'uri',
    'uri-reference',
    'uri-template',
    'uuid',
  ].map((format) => ({ format })),
];

/** What OpenAPI 3.0 has not, and documents of it have nevertheless. */
const NEWER: readonly unknown[] = [
  { type: ['string', 'null'] },
  { const: 'a' },
  { const: null },
  { exclusiveMinimum: 1, exclusiveMaximum: 5 },
  { minimum: 0, exclusiveMinimum: 1 },
  { patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
  { propertyNames: { maxLength: 3 } },
  { prefixItems: [{ type: 'string' }], items: false },
  { contains: { type: 'string' }, minContains: 1, maxContains: 2 },
  { dependentRequired: { a: ['b'] } },
  { dependentSchemas: { a: { required: ['b'] } } },
  condition({ required: ['a'] }, { required: ['b'] }, { required: ['c'] }),
  { allOf: [{ type: 'object' }], unevaluatedProperties: false },
  { unevaluatedItems: { type: 'string' } },
  { contentEncoding: 'base64', contentMediaType: 'image/png' },
  { examples: ['a', 2, true] },
];

/** What is said in other words, in both versions. */
const SAID_ANEW: Readonly<Record<string, Case>> = {
  'no schema at all': [{}, {}],
  'exclusiveMinimum as a flag': [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
  'exclusiveMaximum as a flag': [{ maximum: 1, exclusiveMaximum: true }, { exclusiveMaximum: 1 }],
  'exclusiveMinimum as a flag that is off': [
    { minimum: 1, exclusiveMinimum: false, exclusiveMaximum: false },
    { minimum: 1 },
  ],
  'exclusiveMinimum without what it excludes': [{ exclusiveMinimum: true }, {}],
  'format byte': [
    { type: 'string', format: 'byte' },
    { type: 'string', contentEncoding: 'base64' },
  ],
  'format binary': [
    { type: 'string', format: 'binary' },
    { type: 'string', contentEncoding: 'base64', contentMediaType: 'application/octet-stream' },
  ],
  'formats that say nothing, or that nobody knows': [
    {
      properties: Object.fromEntries(
        ['float', 'double', 'password', 'url', 'iri', 'phone', 7].map((format) => [
          String(format),
          { format },
        ]),
      ),
    },
    {
      properties: { float: {}, double: {}, password: {}, url: {}, iri: {}, phone: {}, 7: {} },
    },
  ],
  example: [{ example: 'a' }, { examples: ['a'] }],
  'an example that is long': [{ example: 'a'.repeat(101) }, {}],
  'an example that is an object': [{ example: { a: 1 } }, {}],
  'what only documentation and code generators read': [
    {
      type: 'string',
      xml: { name: 'a' },
      externalDocs: { url: 'https://docs.example' },
      'x-go-name': 'A',
      $comment: 'b',
      discriminator: { propertyName: 'c' },
      unheard: true,
      deprecated: false,
      readOnly: true,
    },
    { type: 'string' },
  ],
  'definitions that only references lead to': [
    { type: 'string', $defs: { a: {} }, definitions: { b: {} } },
    { type: 'string' },
  ],
  'nullable: false': [{ type: 'string', nullable: false }, { type: 'string' }],
  nullable: [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
  'x-nullable': [{ type: 'string', 'x-nullable': true }, { type: ['string', 'null'] }],
  'nullable with enum': [
    { type: 'string', nullable: true, enum: ['a'] },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  'nullable with enum that has null': [
    { type: 'string', nullable: true, enum: ['a', null] },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  'nullable without type': [{ nullable: true, description: 'a' }, { description: 'a' }],
  'nullable without type, with enum': [{ nullable: true, enum: ['a'] }, { enum: ['a', null] }],
  'nullable with const': [
    { nullable: true, const: 'a', title: 'b' },
    { title: 'b', anyOf: [{ const: 'a' }, { type: 'null' }] },
  ],
  'nullable beside allOf': [
    { nullable: true, description: 'a', allOf: [{ type: 'object', properties: { b: {} } }] },
    { type: ['object', 'null'], description: 'a', properties: { b: {} } },
  ],
  'nullable beside anyOf': [
    { nullable: true, description: 'a', anyOf: [{ type: 'string' }, { type: 'object' }] },
    { description: 'a', anyOf: [{ type: 'string' }, { type: 'object' }, { type: 'null' }] },
  ],
  'nullable beside anyOf that has null': [
    { nullable: true, anyOf: [{ type: 'string' }, { type: 'null' }] },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
  ],
  'nullable beside oneOf and type': [
    { type: 'object', nullable: true, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    {
      anyOf: [
        { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
        { type: 'null' },
      ],
    },
  ],
  'a list of one type': [{ type: ['string'] }, { type: 'string' }],
  'a null of YAML among the types': [{ type: ['string', null] }, { type: ['string', 'null'] }],
  'names that are required twice': [{ required: ['a', 'a'] }, { required: ['a'] }],
  'nothing that is required': [{ required: [] }, {}],
  'an allOf of nothing': [{ allOf: [] }, {}],
  'schemas that are true or false': [
    { properties: { a: true, b: false }, items: true, additionalProperties: false },
    { properties: { a: {}, b: { not: {} } }, items: true, additionalProperties: false },
  ],
  'items as a list': [
    { items: [{ type: 'string' }], additionalItems: false },
    { prefixItems: [{ type: 'string' }], items: false },
  ],
  dependencies: [
    { dependencies: { a: ['b'], c: { required: ['d'] } } },
    { dependentRequired: { a: ['b'] }, dependentSchemas: { c: { required: ['d'] } } },
  ],
  'else without if': [{ else: { type: 'string' } }, {}],
  'maxContains without contains': [{ maxContains: 2 }, {}],
  'a pattern with needless escapes': [
    { pattern: String.raw`^[\w\-\.]+\@\-\_\/$` },
    { pattern: String.raw`^[\w\-\.]+@-_\/$` },
  ],
  'properties that are called like keywords, or like members of every object': [
    { properties: { $ref: {}, nullable: { type: 'string' }, constructor: {}, toString: {} } },
    { properties: { $ref: {}, nullable: { type: 'string' }, constructor: {}, toString: {} } },
  ],
};

describe.each(['3.0', '3.1'] as const)('a schema of OpenAPI %s', (version) => {
  test.each([...SAME, ...NEWER].map((schema) => [JSON.stringify(schema), schema] as const))(
    'keeps %s',
    (_text, schema) => {
      const expected = JSON.parse(JSON.stringify(schema));
      const { schema: translated, losses } = translate(schema, { version });
      // One part of it is no reason for allOf.
      if (expected.allOf !== undefined) {
        Object.assign(expected, ...expected.allOf);
        delete expected.allOf;
      }
      expect(translated).toEqual(expected);
      expect(losses).toEqual([]);
      expectUsable(translated);
    },
  );

  test.each(Object.entries(SAID_ANEW))('says anew: %s', (_what, [given, expected]) => {
    const before = JSON.stringify(given);
    const { schema, losses } = translate(given, { version });
    expect(schema).toEqual(expected);
    expect(losses).toEqual([]);
    expect(JSON.stringify(given)).toBe(before);
    expectUsable(schema);
    // It is a schema of OpenAPI 3.1 as well, and says the same there.
    expect(translate(schema, { version: '3.1' })).toEqual({ schema, losses: [] });
  });

  test('has no example in a response', () => {
    const given = { type: 'string', example: 'a', examples: ['b'] };
    expect(translate(given, { version, direction: 'response' }).schema).toEqual({ type: 'string' });
  });
});

test.each([
  [true, {}],
  [false, { not: {} }],
])('a schema that is %s is an object', (given, expected) => {
  expect(translate(given)).toEqual({ schema: expected, losses: [] });
});

describe('what stands beside a reference', () => {
  const schemas = { Name: { type: 'string', description: 'A name', maxLength: 9 } };

  test('is ignored in OpenAPI 3.0', () => {
    const given = { ...ref('Name'), description: 'Yours', minLength: 2, nullable: true };
    expect(translate(given, { version: '3.0', schemas }).schema).toEqual(schemas.Name);
  });

  test('counts in OpenAPI 3.1', () => {
    const given = { ...ref('Name'), description: 'Yours', minLength: 2, maxLength: 20 };
    expect(translate(given, { version: '3.1', schemas }).schema).toEqual({
      type: 'string',
      description: 'Yours',
      minLength: 2,
      maxLength: 9,
    });
  });

  test('is kept apart in OpenAPI 3.1 where both say different things', () => {
    const { schema } = translate(
      { ...ref('Code'), pattern: '^b' },
      {
        version: '3.1',
        schemas: { Code: { type: 'string', pattern: 'a$' } },
      },
    );
    expect(schema).toEqual({ pattern: '^b', allOf: [{ type: 'string', pattern: 'a$' }] });
  });
});

describe('a keyword with a value that it cannot have is left out, and told', () => {
  test.each<[keyword: string, value: unknown]>([
    ['multipleOf', 0],
    ['minimum', '5'],
    ['maximum', Number.NaN],
    ['exclusiveMinimum', '1'],
    ['exclusiveMaximum', null],
    ['minLength', -1],
    ['maxLength', Number.POSITIVE_INFINITY],
    ['minItems', 1.5],
    ['maxItems', '3'],
    ['uniqueItems', 'yes'],
    ['minProperties', {}],
    ['maxProperties', []],
    ['required', true],
    ['required', [1]],
    ['enum', []],
    ['enum', 'a'],
    ['enum', [new Date(0)]],
    ['const', new Date(0)],
    ['properties', []],
    ['patternProperties', 'a'],
    ['dependentRequired', []],
    ['dependentRequired', { a: 'b' }],
    ['dependentSchemas', null],
    ['allOf', {}],
    ['anyOf', []],
    ['oneOf', 1],
    ['prefixItems', {}],
    ['contentEncoding', 1],
    ['contentMediaType', false],
  ])('%s: %j', (keyword, value) => {
    expect(translate({ type: 'object', [keyword]: value })).toEqual({
      schema: { type: 'object' },
      losses: [`its ${keyword} is not what ${keyword} can be, and left out`],
    });
  });

  test.each([null, 'string', 5, []])('%j where a schema should be', (given) => {
    expect(translate({ properties: { a: given } })).toEqual({
      schema: { properties: { a: {} } },
      losses: ['/properties/a: it is no schema, and left out'],
    });
  });

  test('an annotation is left out in silence', () => {
    const given = {
      title: 1,
      description: [],
      default: new Date(0),
      examples: {},
      deprecated: 'a',
    };
    expect(translate(given)).toEqual({ schema: {}, losses: [] });
  });
});
