import type { Ajv, CodeKeywordDefinition, KeywordCxt, KeywordDefinition } from 'ajv';
import { canonical } from './canonical.ts';
import { isMultiple } from './is-multiple.ts';

/** Makes the keywords of Ajv do what the standard says, in time and memory that grow with the arguments. */
export function mendKeywords(
  ajv: Ajv,
  { isUnevaluatedAsked }: { isUnevaluatedAsked: boolean },
): void {
  wrap(ajv, 'contains', (cxt, code) => {
    // Ajv would keep an error in memory for each item that does not match, until one does.
    const subschema = cxt.subschema.bind(cxt);
    cxt.subschema = (part, valid) => subschema({ ...part, createErrors: false }, valid);
    code();
  });
  wrap(ajv, 'if', (_cxt, code) => {
    // Ajv takes members that `if` has looked at for evaluated even where `if` is false.
    if (isUnevaluatedAsked)
      throw new Error(
        'unevaluatedProperties beside "if" is not checked as the standard says: use additionalProperties',
      );
    code();
  });
  for (const [name, instead] of NOT_AS_STANDARD) {
    wrap(ajv, name, (cxt, code) => {
      if (!isOfStandard(cxt))
        throw new Error(`"${name}" is not checked as the standard says: use ${instead}`);
      code();
    });
  }
  for (const keyword of COMPARISONS)
    ajv.removeKeyword(keyword.keyword as string).addKeyword(keyword);
}

/**
 * Keywords that Ajv gets wrong in cases of JSON-Schema-Test-Suite, so that values pass that have to be
 * refused.
 */
const NOT_AS_STANDARD: readonly (readonly [name: string, instead: string])[] = [
  ['unevaluatedItems', 'prefixItems and items'],
  ['$dynamicRef', '$ref'],
  ['$recursiveRef', '$ref'],
];

/**
 * Whether a keyword is in a schema of schemas, as the standard has them. Ajv knows where its references lead.
 */
function isOfStandard({ it }: KeywordCxt): boolean {
  return it.baseId.startsWith('https://json-schema.org/');
}

function wrap(ajv: Ajv, name: string, around: (cxt: KeywordCxt, code: () => void) => void): void {
  const own = ajv.getKeyword(name);
  if (typeof own !== 'object') return;
  const { code } = own as CodeKeywordDefinition;
  const wrapped = { ...own, code: (cxt: KeywordCxt) => around(cxt, () => code(cxt)) };
  ajv.removeKeyword(name).addKeyword(wrapped as CodeKeywordDefinition);
}

/**
 * Keywords that compare values. Ajv's own ones compare each item of a list with each other, ask objects for
 * members that only a prototype has, and divide decimals as doubles.
 */
const COMPARISONS: readonly KeywordDefinition[] = [
  {
    keyword: 'multipleOf',
    type: 'number',
    schemaType: 'number',
    compile: (step: number) => (value: number) => isMultiple(value, step),
    errors: false,
  },
  {
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isAsked: boolean, items: unknown[]) =>
      !isAsked || new Set(items.map(canonical)).size === items.length,
    errors: false,
  },
  {
    keyword: 'const',
    compile: (expected: unknown) => {
      const text = canonical(expected);
      return (value: unknown) => canonical(value) === text;
    },
    errors: false,
  },
  {
    keyword: 'enum',
    schemaType: 'array',
    compile: (values: unknown[]) => {
      const texts = new Set(values.map(canonical));
      return (value: unknown) => texts.has(canonical(value));
    },
    errors: false,
  },
];
