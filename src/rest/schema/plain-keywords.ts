const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
const isText = (value: unknown) => typeof value === 'string';

/** Keywords whose value is no schema and means the same in each version, each with the check of its value. */
export const PLAIN_KEYWORDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  multipleOf: (value) => Number.isFinite(value) && Number(value) > 0,
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  uniqueItems: (value) => typeof value === 'boolean',
  minProperties: isCount,
  maxProperties: isCount,
  contentEncoding: isText,
  contentMediaType: isText,
};

/** The limits of numbers. In OpenAPI 3.0 `exclusiveMinimum` is a flag that belongs to `minimum`. */
export const LIMITS = [
  ['minimum', 'exclusiveMinimum'],
  ['maximum', 'exclusiveMaximum'],
] as const;

/**
 * Keywords that make references lead elsewhere. A keyword that only names a schema, such as `$anchor`,
 * changes nothing: references by such names are refused where they stand.
 */
export const BASE_KEYWORDS = ['$id', '$dynamicRef'] as const;

const TYPES: ReadonlySet<unknown> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
]);

/** A type, or a list of types; `undefined` where it is neither. */
export function typeOf(given: unknown): string | string[] | undefined {
  // In YAML, `null` without quotes is not a text.
  const types = new Set((Array.isArray(given) ? given : [given]).map((type) => type ?? 'null'));
  if (types.size === 0 || ![...types].every((type) => TYPES.has(type))) return undefined;
  const [first, ...others] = types as Set<string>;
  return others.length === 0 ? first : ([...types] as string[]);
}

/** The dialects that mean the same as the schemas of OpenAPI 3.1 without `$schema`. */
const DIALECT =
  /^https?:\/\/(?:json-schema\.org\/draft\/2020-12\/schema|spec\.openapis\.org\/oas\/3\.[12]\/(?:dialect|schema)\/[\w-]+)#?$/;

/** Whether a schema may say that it is of this dialect. */
export function isOwnDialect(uri: unknown): boolean {
  return typeof uri === 'string' && DIALECT.test(uri);
}

/**
 * The formats that all validators of the official SDKs know. One that a validator does not know is ignored at
 * best, with a warning to the console for each schema.
 */
const FORMATS: ReadonlySet<unknown> = new Set([
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'int32',
  'int64',
  'ipv4',
  'ipv6',
  'json-pointer',
  'regex',
  'relative-json-pointer',
  'time',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
]);

/** The keywords for a format of OpenAPI. Bytes are Base64 in JSON, since it has no other way to hold them. */
export function formatOf(format: unknown): Readonly<Record<string, string>> {
  if (format === 'byte') return { contentEncoding: 'base64' };
  if (format === 'binary') {
    return { contentEncoding: 'base64', contentMediaType: 'application/octet-stream' };
  }
  return FORMATS.has(format) ? { format: format as string } : {};
}
