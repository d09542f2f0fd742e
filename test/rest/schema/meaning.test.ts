import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { meantBy, saidBy } from './support/independent.ts';
import { ref, translate, type Version } from './support/translate.ts';
import { expectUsable, keywordsIn, sdkAjv } from './support/validators.ts';

const NAMES = ['a', 'b', 'c'] as const;
const name = fc.constantFrom(...NAMES);
const count = fc.nat({ max: 3 });
const named = <T>(names: fc.Arbitrary<string>, members: fc.Arbitrary<T>, minKeys = 0) =>
  fc.dictionary(names, members, { minKeys, maxKeys: 3, noNullPrototype: true });
const limit = fc.constantFrom(0, 1, 1.5, 2, 3);
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });

/** Without the keywords that were not chosen. */
const chosen = (schema: object): object =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));

const record = (keywords: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(keywords).map(([keyword, value]) => [
          keyword,
          keyword === 'type' ? value : some(value),
        ]),
      ),
    )
    .map(chosen);

const nullable = fc.boolean();
const annotations = { description: fc.constant('a'), example: fc.constant('b') };

const scalar = {
  '3.0': fc.oneof(
    record({
      type: fc.constantFrom('number', 'integer'),
      minimum: limit,
      maximum: limit,
      exclusiveMinimum: fc.boolean(),
      exclusiveMaximum: fc.boolean(),
      multipleOf: fc.constantFrom(1, 2, 0.5),
      nullable,
    }),
    record({ type: fc.constant('boolean'), nullable, ...annotations }),
  ),
  '3.1': fc.oneof(
    record({
      type: fc.constantFrom('number', 'integer', ['integer', 'null'], ['number', 'string']),
      minimum: limit,
      exclusiveMaximum: limit,
      multipleOf: fc.constantFrom(1, 2, 0.5),
    }),
    record({ const: fc.constantFrom('a', null, 1, ['a']) }),
    record({ type: fc.constantFrom('boolean', 'null'), ...annotations }),
  ),
};

const text = (version: Version) =>
  record({
    type: fc.constant('string'),
    minLength: count,
    maxLength: count,
    pattern: fc.constantFrom('^a', 'b$', String.raw`^[a\-]+$`),
    ...(version === '3.0' && { nullable }),
    ...annotations,
  });

const choice = fc
  .uniqueArray(fc.constantFrom('a', 'b', 1, null, true), { minLength: 1, maxLength: 3 })
  .map((values) => ({ enum: values }));

/** Schemas of a version, which may refer to those that come later. */
function schemaOf(version: Version, later: readonly string[]): fc.Arbitrary<unknown> {
  const { schema } = fc.letrec<{ schema: unknown }>((tie) => {
    const part = tie('schema');
    const list = fc.array(part, { minLength: 1, maxLength: 3 });
    const object = record({
      type: fc.constant('object'),
      properties: named(name, part),
      required: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
      additionalProperties: fc.oneof(fc.boolean(), part),
      minProperties: count,
      maxProperties: count,
      ...(version === '3.0' && { nullable }),
    });
    const array = record({
      type: fc.constant('array'),
      items: part,
      minItems: count,
      maxItems: count,
      uniqueItems: fc.boolean(),
      ...(version === '3.0' && { nullable }),
    });
    const parts = record({ allOf: list, anyOf: list, oneOf: list, not: part, ...annotations });
    const simple = fc.oneof(scalar[version], choice);
    const newOf = (keywords: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
      version === '3.1' ? keywords : {};
    const families = [
      {
        properties: named(name, simple, 1),
        additionalProperties: fc.oneof(fc.boolean(), simple),
        ...newOf({ patternProperties: named(fc.constantFrom('^a', 'b'), simple) }),
      },
      { required: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }), maxProperties: count },
      newOf({ properties: named(name, simple, 1), unevaluatedProperties: fc.constant(false) }),
      {
        items: simple,
        ...newOf({ prefixItems: fc.array(simple, { minLength: 1, maxLength: 2 }) }),
      },
      newOf({ contains: simple, minContains: count, maxContains: count }),
      {
        minLength: count,
        maxLength: count,
        minimum: limit,
        maximum: limit,
        multipleOf: limit.filter(Boolean),
      },
    ].filter((family) => Object.keys(family).length > 0);
    // What has to be put together, or must not be.
    const joined = fc.oneof(
      ...families.map((family) =>
        record({ ...family, allOf: fc.array(record(family), { minLength: 1, maxLength: 2 }) }),
      ),
    );
    const leaves = [joined, joined, scalar[version], text(version), choice];
    const references = later.map((target) =>
      fc.constantFrom<object>(
        ref(target),
        ...(version === '3.0' ? [] : [{ ...ref(target), minLength: 2, maxProperties: 1 }]),
      ),
    );
    const newer =
      version === '3.0'
        ? []
        : [
            fc.boolean(),
            record({
              prefixItems: list,
              items: part,
              contains: part,
              minContains: count,
              maxContains: count,
            }),
            record({ if: part, ['then' as string]: part, else: part }),
            record({
              patternProperties: named(fc.constantFrom('^a', 'b'), part),
              propertyNames: fc.constantFrom({ maxLength: 1 }, { pattern: '[ab]' }),
              dependentRequired: named(name, fc.uniqueArray(name)),
              dependentSchemas: named(name, part),
            }),
            record({
              allOf: list,
              properties: named(name, part),
              anyOf: list,
              unevaluatedProperties: fc.constant(false),
            }),
          ];
    return {
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        ...leaves,
        object,
        array,
        parts,
        ...references,
        ...newer,
      ),
    };
  });
  return schema;
}

const SCALARS = [null, true, false, 0, 1, 1.5, 2, 3, 4, '', 'a', 'b', 'ab', 'a-', 'abc'] as const;
const FEW = [null, true, 1, 2, 'a', 'b'] as const;
const PAIRS = FEW.flatMap((first) => FEW.map((second) => [first, second] as const));

/** The same for each schema: what its keywords tell apart. */
const VALUES: readonly unknown[] = [
  ...SCALARS,
  ...[[], {}],
  ...SCALARS.flatMap((one) => [[one], { a: one }, { b: one }, { ab: one }]),
  ...PAIRS.flatMap(([a, b]) => [[a, b], { a, b }, { b: a, c: b }]),
  ...PAIRS.flatMap(([a, c]) => [
    { a, b: 1, c },
    { a: { a: c }, b: [a] },
    { a: [{ b: a }], c },
  ]),
  ...FEW.flatMap((one) => [[[one]], [{ a: one }], ['a', 'b', one], { c: { b: one, c: 1 } }]),
];

const SEED = 17;

test.each(['3.0', '3.1'] as const)(
  'what a schema of OpenAPI %s means is what its translation says',
  async (version) => {
    let matched = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        schemaOf(version, ['B', 'C']),
        schemaOf(version, ['C']),
        schemaOf(version, []),
        async (A, B, C) => {
          const schemas = { A, B, C };
          const { schema, losses } = translate(A, { version, schemas });
          expect(losses).toEqual([]);
          expectUsable(schema);
          expect(translate(schema)).toEqual({ schema, losses: [] });
          const meant = await meantBy('A', schemas, version);
          const said = await saidBy(schema);
          // Ajv takes for evaluated what a condition that is not met has looked at.
          const isForAjv = ![...keywordsIn(schema)].includes('unevaluatedProperties');
          const ajv = sdkAjv().compile(schema);
          for (const one of VALUES) {
            const isMeant = meant(one);
            if (said(one) !== isMeant || (isForAjv && ajv(one) !== isMeant)) {
              throw new Error(`${JSON.stringify(one)} ${isMeant ? 'matches' : 'does not match'}`);
            }
            if (isMeant) matched += 1;
            else refused += 1;
          }
        },
      ),
      { seed: SEED, numRuns: 150 },
    );
    // Neither is a matter of course.
    expect(matched).toBeGreaterThan(5000);
    expect(refused).toBeGreaterThan(5000);
  },
  60_000,
);
