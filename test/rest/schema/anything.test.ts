import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UntranslatableSchema } from '../../../src/rest/schema/untranslatable-schema.ts';
import { translate } from './support/translate.ts';
import { expectUsable } from './support/validators.ts';

const KEYWORDS = [
  '$ref',
  '$anchor',
  '$recursiveRef',
  '$schema',
  '__proto__',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'anyOf',
  'const',
  'contains',
  'contentEncoding',
  'default',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'description',
  'discriminator',
  'else',
  'enum',
  'example',
  'examples',
  'exclusiveMaximum',
  'exclusiveMinimum',
  'format',
  'if',
  'items',
  'maxContains',
  'maxItems',
  'maxLength',
  'maximum',
  'minContains',
  'minLength',
  'minimum',
  'multipleOf',
  'not',
  'nullable',
  'oneOf',
  'pattern',
  'patternProperties',
  'prefixItems',
  'properties',
  'propertyNames',
  'readOnly',
  'required',
  'then',
  'title',
  'type',
  'unevaluatedItems',
  'unevaluatedProperties',
  'uniqueItems',
  'writeOnly',
  'x-nullable',
] as const;

const TEXTS = [
  '',
  'a',
  'string',
  'object',
  'date',
  '(a+)+$',
  '(',
  '^a',
  '#/components/schemas/A',
  '#/components/schemas/B',
  '#a',
] as const;

/** Any keyword with any value. */
const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
  schema: fc
    .array(fc.tuple(fc.constantFrom(...KEYWORDS), tie('value')), { maxLength: 5 })
    .map((members) => Object.fromEntries(members)),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(...TEXTS, null, true, false, 0, -1, 1.5, Number.NaN, undefined, 3n),
    tie('schema'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...TEXTS, 'b', 'constructor'), tie('schema'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

test('whatever stands in a document, a translation can be used, or is refused with a reason', () => {
  let used = 0;
  fc.assert(
    fc.property(
      schema,
      schema,
      schema,
      fc.constantFrom('3.0' as const, '3.1' as const),
      fc.constantFrom('request' as const, 'response' as const),
      (given, A, B, version, direction) => {
        try {
          const translated = translate(given, { version, direction, schemas: { A, B } });
          expectUsable(translated.schema);
          used += 1;
          const again = translate(translated.schema, { direction });
          expect(again).toEqual({ schema: translated.schema, losses: [] });
        } catch (error) {
          if (!(error instanceof UntranslatableSchema)) throw error;
          expect(error.reason).toMatch(/\w{3}/);
        }
      },
    ),
    { seed: 17, numRuns: 3000 },
  );
  expect(used).toBeGreaterThan(1000);
});
