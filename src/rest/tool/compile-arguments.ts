import type { ValidateFunction } from 'ajv';
import { compile } from '../../schema/compile.ts';
import { isKnownFormat } from '../../schema/formats.ts';
import { problemText } from '../../schema/problem-text.ts';
import type { JsonObject } from '../json.ts';

/** What is wrong with a value, for a model; undefined where nothing is. */
export type Check = (value: unknown) => string | undefined;

/** Compiles a schema once. @throws {Error} that says what is wrong with it. */
export function compileCheck(schema: JsonObject): Check {
  const validate: ValidateFunction = compile(withKnownFormats(schema) as JsonObject);
  return (value) => (validate(value) ? undefined : problemText(validate.errors ?? []));
}

/** Names whose values are data, or names of members and no keywords. */
const NAMES = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/** A format that nobody knows says something to a model, and nothing to who checks. */
function withKnownFormats(schema: unknown, areNames = false): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withKnownFormats(item));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, member]) => {
      if (areNames) return [[name, withKnownFormats(member)]];
      if (name === 'format' && typeof member === 'string' && !isKnownFormat(member)) return [];
      return [[name, DATA.has(name) ? member : withKnownFormats(member, NAMES.has(name))]];
    }),
  );
}
