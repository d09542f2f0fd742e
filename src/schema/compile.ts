import type { AnySchemaObject, KeywordDefinition, ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { canonical } from './canonical.ts';

/** The dialects that servers write; without `$schema`, MCP means the first. */
const DIALECTS: readonly (readonly [uri: RegExp, Ajv: typeof Ajv | typeof Ajv2019])[] = [
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, Ajv2020],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, Ajv2019],
  [/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, Ajv],
];

/**
 * Compiles a schema. What it has a keyword for that nobody knows would not be checked: that is a mistake, unless
 * the name begins with `x-`.
 *
 * @throws {Error} that says what is wrong with it.
 */
export function compile(schema: AnySchemaObject): ValidateFunction {
  const { $schema = 'https://json-schema.org/draft/2020-12/schema', ...own } = schema;
  const [, Dialect] = DIALECTS.find(([uri]) => uri.test(String($schema))) ?? [];
  if (Dialect === undefined) {
    throw new Error('its $schema is none of JSON Schema 2020-12, 2019-09, draft-07 and draft-06');
  }
  if (hasAsync(own)) throw new Error('$async schemas give no answer at once');
  const ajv = new Dialect({
    strictSchema: true,
    strictTypes: false,
    strictTuples: false,
    allowUnionTypes: true,
    addUsedSchema: false,
    ownProperties: true,
    // So that errors have the values that are allowed.
    verbose: true,
  });
  formats.default(ajv);
  ajv.addVocabulary([...extensionsIn(own)]);
  // By the keywords as they are, whose errors say more.
  if (!ajv.validateSchema(own)) throw new Error(ajv.errorsText(ajv.errors, { dataVar: 'schema' }));
  for (const keyword of EQUALITY) ajv.removeKeyword(keyword.keyword as string).addKeyword(keyword);
  return ajv.compile(own);
}

/**
 * Those keywords that compare values. Ajv's own compare each item of a list with each other, and ask objects
 * for what only a prototype has.
 */
const EQUALITY: readonly KeywordDefinition[] = [
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

function hasAsync(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, member]) => name === '$async' || hasAsync(member));
}

/** The names of vendors' keywords, wherever they stand. */
function extensionsIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    if (/^x-[\w-]+$/.test(name)) found.add(name);
    extensionsIn(member, found);
  }
  return found;
}
