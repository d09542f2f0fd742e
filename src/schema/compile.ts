import { Ajv, type AnySchemaObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { addFormats } from './formats.ts';
import { mendKeywords } from './keywords.ts';

type Dialect = typeof Ajv | typeof Ajv2019 | typeof Ajv2020;

/** The dialects that servers write; without `$schema`, MCP means the first. */
const DIALECTS: readonly (readonly [uri: RegExp, Dialect: Dialect])[] = [
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, Ajv2020],
  [/^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/, Ajv2019],
  [/^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, Ajv],
];

const OPTIONS: Options = {
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  allowUnionTypes: true,
  allowMatchingProperties: true,
  ownProperties: true,
  // So that errors have the values that are allowed.
  verbose: true,
};

/**
 * Compiles a schema. What it has a keyword for that nobody knows would not be checked: that is a mistake, unless
 * the name begins with `x-`.
 *
 * @throws {Error} that says what is wrong with it.
 */
export function compile(schema: AnySchemaObject): ValidateFunction {
  // Whoever changes the schema later changes nothing here.
  const { $schema = 'https://json-schema.org/draft/2020-12/schema', ...own } =
    structuredClone(schema);
  const [, Dialect] = DIALECTS.find(([uri]) => uri.test(String($schema))) ?? [];
  if (Dialect === undefined) {
    throw new Error('its $schema is none of JSON Schema 2020-12, 2019-09, draft-07 and draft-06');
  }
  const names = namesIn(own);
  if (names.has('$async')) throw new Error('$async schemas give no answer at once');
  if (names.has('__proto__')) throw new Error('Ajv does not check what is called __proto__');
  const schemas = schemasOf(Dialect);
  if (!schemas.validateSchema(own)) {
    throw new Error(schemas.errorsText(schemas.errors, { dataVar: 'schema' }));
  }
  const ajv = new Dialect({ ...OPTIONS, validateSchema: false });
  addFormats(ajv);
  ajv.addVocabulary([...names].filter((name) => /^x-[\w-]+$/.test(name)));
  // Ajv finds it, and does not know it.
  if (Dialect !== Ajv) ajv.addVocabulary(['$anchor']);
  mendKeywords(ajv, { isUnevaluatedAsked: names.has('unevaluatedProperties') });
  return tried(() => ajv.compile(own));
}

/** References that lead in circles come to light with any value. */
function tried(make: () => ValidateFunction): ValidateFunction {
  try {
    const validate = make();
    validate({});
    return validate;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('its references lead in a circle, or in a way that Ajv cannot follow');
  }
}

const kept = new Map<Dialect, Ajv>();

/** What checks schemas themselves, by the keywords as Ajv has them, whose errors say more. */
function schemasOf(Dialect: Dialect): Ajv {
  const known = kept.get(Dialect);
  if (known !== undefined) return known;
  const made = new Dialect(OPTIONS);
  addFormats(made);
  kept.set(Dialect, made);
  return made;
}

/** The names of all members, wherever they stand. */
function namesIn(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    found.add(name);
    namesIn(member, found);
  }
  return found;
}
