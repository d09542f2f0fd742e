import type { ValidateFunction } from 'ajv';
import { compile } from '../../schema/compile.ts';
import { isKnownFormat } from '../../schema/formats.ts';
import { problemText } from '../../schema/problem-text.ts';
import type { JsonObject } from '../json.ts';
import { mapSchemas } from './map-schemas.ts';

/** What is wrong with a value, for a model; undefined where nothing is. */
export type Check = (value: unknown) => string | undefined;

/** Compiles a schema once. @throws {Error} that says what is wrong with it. */
export function compileCheck(schema: JsonObject): Check {
  const validate: ValidateFunction = compile(mapSchemas(schema, withKnownFormats));
  return (value) => (validate(value) ? undefined : problemText(validate.errors ?? []));
}

/** A format that nobody knows says something to a model, and nothing to who checks. */
function withKnownFormats({ format, ...schema }: JsonObject): JsonObject {
  const isUnknown = typeof format === 'string' && !isKnownFormat(format);
  return format === undefined || isUnknown ? schema : { ...schema, format };
}
