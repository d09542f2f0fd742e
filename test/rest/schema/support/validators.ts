import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** As the validator of the official SDKs is made, and tells of formats that it does not know. */
export function sdkAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    validateFormats: true,
    validateSchema: false,
    allErrors: true,
    logger: {
      log: fail,
      warn: fail,
      error: fail,
    },
  });
  formats.default(ajv);
  return ajv;
}

function fail(...words: unknown[]): never {
  throw new Error(words.join(' '));
}

const meta = new Ajv2020({ strict: false, allErrors: true });

/** What the official meta-schema of 2020-12 has against a schema. */
export function metaErrors(schema: Readonly<Record<string, unknown>>): string {
  const isValid: unknown = meta.validateSchema(schema);
  return isValid === true ? '' : meta.errorsText(meta.errors);
}

/** All that clients ask of a schema. Throws where one would refuse it. */
export function expectUsable(schema: Readonly<Record<string, unknown>>): void {
  const errors = metaErrors(schema);
  if (errors !== '') throw new Error(errors);
  sdkAjv().compile(schema);
  for (const name of keywordsIn(schema)) {
    if (name.startsWith('$') || name.startsWith('x-')) throw new Error(`${name} is left`);
  }
}

const OF_SCHEMAS = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const NO_SCHEMAS = new Set(['const', 'enum', 'default', 'examples', 'dependentRequired']);

/** The names of all keywords, not of properties. */
export function* keywordsIn(schema: unknown): Iterable<string> {
  if (Array.isArray(schema)) for (const part of schema) yield* keywordsIn(part);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  for (const [name, value] of Object.entries(schema)) {
    yield name;
    if (OF_SCHEMAS.has(name)) for (const part of Object.values(value)) yield* keywordsIn(part);
    else if (!NO_SCHEMAS.has(name)) yield* keywordsIn(value);
  }
}
