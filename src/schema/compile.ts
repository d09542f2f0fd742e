import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SchemaCompiler } from './compiler.ts';
import { addFormats } from './formats.ts';

/** The dialects that servers write; without `$schema`, MCP means the first. */
const COMPILER = new SchemaCompiler(
  [
    {
      uri: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/,
      Ajv: Ajv2020,
      hasAnchors: true,
    },
    {
      uri: /^https?:\/\/json-schema\.org\/draft\/2019-09\/schema#?$/,
      Ajv: Ajv2019,
      hasAnchors: true,
    },
    { uri: /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/, Ajv, hasAnchors: false },
  ],
  addFormats,
);

/**
 * Compiles a schema. An unknown keyword would not be checked: it is a mistake, unless its name begins with
 * `x-`.
 *
 * @throws {Error} that says what is wrong with it.
 */
export function compile(schema: AnySchemaObject): ValidateFunction {
  const { $schema = 'https://json-schema.org/draft/2020-12/schema', ...own } = schema;
  return COMPILER.compile({ $schema, ...own });
}
