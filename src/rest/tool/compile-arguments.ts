import type { ValidateFunction } from 'ajv';
import { compile } from '../../schema/compile.ts';
import { isKnownFormat } from '../../schema/formats.ts';
import { problemText } from '../../schema/problem-text.ts';
import type { JsonObject } from '../json.ts';
import { mapSchemas } from './map-schemas.ts';

/** Tells a model what is wrong with a value; undefined where nothing is. */
export type Check = (value: unknown) => string | undefined;

/** Compiles a schema once. @throws {Error} that says what is wrong with it. */
export function compileCheck(schema: JsonObject): Check {
  const validate: ValidateFunction = compile(mapSchemas(schema, withKnownFormats));
  return (value) => (validate(value) ? undefined : problemText(validate.errors ?? []));
}

/** Takes an unknown format out of a schema: it tells a model something, but cannot be checked. */
function withKnownFormats({ format, ...schema }: JsonObject): JsonObject {
  const isUnknown = typeof format === 'string' && !isKnownFormat(format);
  return format === undefined || isUnknown ? schema : { ...schema, format };
}
