import { describe, expect, test } from '@jest/globals';
import { References } from '../../../src/rest/document/references.ts';
import { translateSchema } from '../../../src/rest/schema/translate-schema.ts';
import { UntranslatableSchema } from '../../../src/rest/schema/untranslatable-schema.ts';
import { condition, ref, translate } from './support/translate.ts';
import { expectUsable } from './support/validators.ts';

const CUT = 'it contains itself, and accepts anything there';

describe('references', () => {
  test('are inlined wherever they stand', () => {
    const schemas = { A: { type: 'array', items: ref('B') }, B: ref('C'), C: { type: 'string' } };
    expect(translate({ properties: { a: ref('A') } }, { schemas })).toEqual({
      schema: { properties: { a: { type: 'array', items: { type: 'string' } } } },
      losses: [],
    });
  });

  test.each([
    ['a slash and a tilde', '#/components/schemas/a~1b~0c', 'a/b~c'],
    ['a tilde before a digit', '#/components/schemas/~01', '~1'],
    ['percent-encoding', '#/components/schemas/a%20b%7E1%C3%A9', 'a b/é'],
    ['no name at all', '#/components/schemas/', ''],
    ['braces as they are', '#/components/schemas/{id}', '{id}'],
  ])('are read with %s', (_what, $ref, name) => {
    const schemas = { [name]: { type: 'string' } };
    expect(translate({ $ref }, { schemas }).schema).toEqual({ type: 'string' });
  });

  test('lead anywhere in the document, into lists as well', () => {
    const document = {
      paths: { '/a/{b}': { get: { parameters: [{ schema: { type: 'null' } }] } } },
    };
    const { schema } = translateSchema(
      { $ref: '#/paths/~1a~1{b}/get/parameters/0/schema' },
      {
        direction: 'request',
        version: '3.0',
        resolve: (ref) => new References(document).resolve(ref),
      },
    );
    expect(schema).toEqual({ type: 'null' });
  });

  test.each([
    ['another file', 'pet.yaml#/Pet', /leads out of the document: bundle/],
    ['another server', 'https://api.example/pet.json', /leads out of the document/],
    ['a relative path', './Pet', /leads out of the document/],
    ['an anchor', '#pet', /is no JSON pointer/],
    ['the whole document', '#', /is no JSON pointer/],
    ['nothing', '#/components/schemas/Dog', /leads nowhere/],
    ['what each object has', '#/components/schemas/constructor', /leads nowhere/],
    ['a prototype', '#/components/schemas/__proto__', /leads nowhere/],
    ['an item by another number', '#/components/schemas/list/00', /leads nowhere/],
    ['a character of a text', '#/components/schemas/text/0', /leads nowhere/],
    ['bad percent-encoding', '#/components/schemas/%zz', /leads nowhere/],
    ['no text', 5, /\$ref is no text/],
    ['a very long name', `#/${'a'.repeat(10_000)}`, /^\/items: \$ref "#\/a{98}…" leads nowhere$/],
  ])('to %s are refused', (_what, $ref, reason) => {
    const schemas = { list: [{}], text: 'a' };
    const refused = refusalOf(() => translate({ items: { $ref } }, { schemas }));
    expect(refused.message).toMatch(reason);
    expect(refused.message.length).toBeLessThan(200);
  });

  test.each(['$id', '$dynamicRef'])('from another base are not followed: %s', (keyword) => {
    const refused = refusalOf(() => translate({ properties: { a: { [keyword]: 'b' } } }));
    expect(refused.path).toBe('/properties/a');
    expect(refused.reason).toBe(`it has a ${keyword}, which is not followed`);
  });

  test.each(['$anchor', '$dynamicAnchor', '$recursiveAnchor'])(
    'are none where a schema only has a name: %s',
    (keyword) => {
      const given = { type: 'string', [keyword]: 'a' };
      expect(translate(given)).toEqual({ schema: { type: 'string' }, losses: [] });
    },
  );
});

describe('the dialect of a schema', () => {
  test.each([
    'https://json-schema.org/draft/2020-12/schema',
    'https://spec.openapis.org/oas/3.1/dialect/base',
  ])('%s is known', ($schema) => {
    expect(translate({ $schema, type: 'string' }).schema).toEqual({ type: 'string' });
  });

  test.each(['http://json-schema.org/draft-07/schema#', 'https://app.example/dialect', 7])(
    '%s is refused',
    ($schema) => {
      expect(refusalOf(() => translate({ $schema })).reason).toMatch(/is not JSON Schema 2020-12/);
    },
  );
});

test.each(['file', ['string', 'any'], {}, 5, []])('the type %j is refused', (type) => {
  expect(refusalOf(() => translate({ type })).reason).toBe(`its type is ${JSON.stringify(type)}`);
});

describe('a schema that contains itself', () => {
  const schemas = {
    Node: {
      type: 'object',
      description: 'A folder',
      properties: { name: { type: 'string' }, children: { type: 'array', items: ref('Node') } },
    },
    Ping: { properties: { pong: ref('Pong') } },
    Pong: { properties: { ping: ref('Ping') } },
  };

  test('is cut, and keeps its description', () => {
    expect(translate(ref('Node'), { schemas })).toEqual({
      schema: {
        type: 'object',
        description: 'A folder',
        properties: {
          name: { type: 'string' },
          children: { type: 'array', items: { description: 'A folder' } },
        },
      },
      losses: [`/properties/children/items: ${CUT}`],
    });
  });

  test('is cut where it comes back by another one', () => {
    expect(translate(ref('Ping'), { schemas })).toEqual({
      schema: { properties: { pong: { properties: { ping: {} } } } },
      losses: [`/properties/pong/properties/ping: ${CUT}`],
    });
  });

  test('is whole in each place where it does not stand in itself', () => {
    const { losses, schema } = translate({ prefixItems: [ref('Ping'), ref('Ping')] }, { schemas });
    const [first, second] = schema.prefixItems as unknown[];
    expect(first).toEqual(second);
    expect(losses).toHaveLength(2);
  });

  test('is cut where it says so in the way of an older version', () => {
    const filters = { type: 'array', items: { $recursiveRef: '#' } };
    expect(translate({ $recursiveAnchor: true, properties: { filters } })).toEqual({
      schema: { properties: { filters: { type: 'array', items: {} } } },
      losses: [`/properties/filters/items: ${CUT}`],
    });
  });

  test('is cut in a document whose references are objects already', () => {
    const node: { properties: Record<string, unknown> } = { properties: {} };
    node.properties.next = node;
    expect(translate(node)).toEqual({
      schema: { properties: { next: {} } },
      losses: [`/properties/next: ${CUT}`],
    });
  });

  test.each([
    ['a reference to itself', { A: ref('A') }],
    ['two that lead to each other', { A: ref('B'), B: ref('A') }],
  ])('and nothing else is refused: %s', (_what, circle) => {
    for (const version of ['3.0', '3.1'] as const) {
      expect(refusalOf(() => translate(ref('A'), { schemas: circle, version })).reason).toBe(
        'its references lead in a circle',
      );
    }
  });

  test('may be a kind of itself, which says nothing', () => {
    const kinds = {
      Pet: {
        oneOf: [ref('Cat'), ref('Dog')],
        discriminator: { propertyName: 'kind', mapping: { cat: 'Cat', dog: 'Dog' } },
      },
      Cat: { allOf: [ref('Pet'), { type: 'object', properties: { kind: { type: 'string' } } }] },
      Dog: { allOf: [ref('Pet'), { type: 'object', properties: { kind: { type: 'string' } } }] },
    };
    const kind = (name: string) => ({
      type: 'object',
      properties: { kind: { type: 'string', const: name } },
    });
    expect(translate(ref('Pet'), { schemas: kinds })).toEqual({
      schema: { oneOf: [kind('cat'), kind('dog')] },
      losses: [],
    });
  });

  describe('never makes a schema that refuses what it should accept', () => {
    const node = (more: object) => ({ schemas: { Node: { type: 'object', ...more } } });
    const inner = { type: 'object', properties: { next: ref('Node') } };

    test('oneOf becomes anyOf', () => {
      const { schema } = translate(
        ref('Node'),
        node({ properties: { next: { oneOf: [{ type: 'string' }, ref('Node')] } } }),
      );
      expect(schema).toEqual({
        type: 'object',
        properties: { next: { anyOf: [{ type: 'string' }, {}] } },
      });
    });

    test.each<[string, object]>([
      ['not', { not: inner }],
      ['if', condition(inner, { required: ['a'] }, { required: ['b'] })],
      ['unevaluatedProperties', { allOf: [inner], unevaluatedProperties: false }],
    ])('%s is left out, or what it hangs on', (keyword, more) => {
      const { schema, losses } = translate(
        { ...ref('Node') },
        node({ properties: { next: { type: 'object', ...more } } }),
      );
      const { next } = schema.properties as Record<string, object>;
      expect(Object.keys(next ?? {})).not.toContain(keyword);
      expect(losses.length).toBeGreaterThan(0);
    });

    test('maxContains is left out', () => {
      const { schema } = translate(
        ref('Node'),
        node({ properties: { all: { contains: ref('Node'), minContains: 1, maxContains: 2 } } }),
      );
      expect(schema.properties).toEqual({ all: { contains: {}, minContains: 1 } });
    });
  });
});

describe('a discriminator', () => {
  const discriminator = {
    propertyName: 'kind',
    mapping: { c: 'Cat', d: '#/components/schemas/Dog', e: 'Dog' },
  };
  const pet = { type: 'object', properties: { kind: { type: 'string' } } };

  test('says of each kind how it is named', () => {
    const schemas = { Cat: pet, Dog: pet, Cow: { ...pet, title: 'A cow' }, Ant: pet };
    const oneOf = [ref('Cat'), ref('Dog'), ref('Cow'), ref('Ant'), { type: 'null' }];
    expect(translate({ oneOf, discriminator }, { schemas }).schema).toEqual({
      oneOf: [
        { type: 'object', properties: { kind: { type: 'string', const: 'c' } } },
        { type: 'object', properties: { kind: { type: 'string', enum: ['d', 'e'] } } },
        { title: 'A cow', ...pet },
        { title: 'Ant', ...pet },
        { type: 'null' },
      ],
    });
  });

  test.each([
    ['says so itself', { type: 'object', properties: { kind: { enum: ['C'] } } }],
    ['has no such property', { type: 'object' }],
  ])('adds nothing to a kind that %s', (_what, Cat) => {
    const anyOf = [ref('Cat'), { type: 'null' }];
    const { schema } = translate({ anyOf, discriminator }, { schemas: { Cat } });
    expect(schema).toEqual({ anyOf: [Cat, { type: 'null' }] });
  });
});

describe('parts of an allOf', () => {
  test('become one object', () => {
    const schemas = {
      Base: {
        type: 'object',
        description: 'What all have',
        properties: { id: { type: 'string' }, name: { type: 'string', maxLength: 9 } },
        required: ['id'],
      },
    };
    const given = {
      description: 'A user',
      allOf: [
        ref('Base'),
        { type: 'object', properties: { name: { minLength: 1 }, age: { type: 'integer' } } },
        { required: ['name', 'id'] },
      ],
    };
    expect(translate(given, { schemas })).toEqual({
      schema: {
        type: 'object',
        description: 'A user',
        properties: {
          id: { type: 'string' },
          name: { type: 'string', minLength: 1, maxLength: 9 },
          age: { type: 'integer' },
        },
        required: ['id', 'name'],
      },
      losses: [],
    });
  });

  test.each<[string, readonly [object, object], object]>([
    ['integers are numbers', [{ type: 'number' }, { type: 'integer' }], { type: 'integer' }],
    [
      'types that both have',
      [{ type: ['string', 'null'] }, { type: ['null', 'number', 'string'] }],
      { type: ['string', 'null'] },
    ],
    [
      'the narrower limits',
      [
        { minimum: 1, maxLength: 5 },
        { minimum: 3, maxLength: 9 },
      ],
      { minimum: 3, maxLength: 5 },
    ],
    [
      'a choice of one',
      [{ anyOf: [{ minLength: 1 }] }, { oneOf: [{ maxLength: 2 }] }],
      { minLength: 1, maxLength: 2 },
    ],
    [
      'a part in a part',
      [{ allOf: [{ minLength: 1 }] }, { maxLength: 2 }],
      { minLength: 1, maxLength: 2 },
    ],
  ])('are put together: %s', (_what, allOf, expected) => {
    expect(translate({ allOf }).schema).toEqual(expected);
  });

  test.each<[string, readonly [object, object]]>([
    ['types that exclude each other', [{ type: 'string' }, { type: 'number' }]],
    ['two patterns', [{ pattern: 'a' }, { pattern: 'b' }]],
    [
      'two choices',
      [
        { anyOf: [{ type: 'string' }, { minimum: 1 }] },
        { anyOf: [{ maximum: 2 }, { minimum: 3 }] },
      ],
    ],
    [
      'properties beside an object that allows no other',
      [{ properties: { a: {} }, additionalProperties: false }, { properties: { b: {} } }],
    ],
    [
      'properties before an object that allows no other',
      [{ properties: { a: {} } }, { properties: { b: {} }, additionalProperties: false }],
    ],
    ['two kinds of items', [{ items: { minLength: 1 } }, { items: { maxLength: 1 } }]],
    ['items behind others', [{ prefixItems: [{}] }, { items: { type: 'string' } }]],
    [
      'two conditions',
      [
        condition({ required: ['a'] }, { required: ['b'] }),
        condition({ required: ['c'] }, { required: ['d'] }),
      ],
    ],
    [
      'one that looks at what others left',
      [{ properties: { a: {} } }, { properties: { b: {} }, unevaluatedProperties: false }],
    ],
  ])('stay apart where together they would mean something else: %s', (_what, allOf) => {
    const { schema } = translate({ allOf });
    expect(schema.allOf).toEqual([allOf[1]]);
    expect(schema).toMatchObject(allOf[0]);
    expectUsable(schema);
  });
});

function refusalOf(translateIt: () => unknown): UntranslatableSchema {
  try {
    translateIt();
  } catch (error) {
    if (error instanceof UntranslatableSchema) return error;
    throw error;
  }
  throw new Error('It was not refused');
}
