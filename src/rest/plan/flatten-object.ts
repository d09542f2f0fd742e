import { asList, asObject, isObject, type JsonObject } from '../json.ts';

/** An object schema, as the properties that it has. */
export interface FlatObject {
  readonly properties: ReadonlyMap<string, JsonObject>;
  readonly required: ReadonlySet<string>;
}

/** Keywords of an object schema that only says which properties there are. */
const PLAIN = new Set([
  'type',
  'properties',
  'required',
  'title',
  'description',
  'additionalProperties',
  'allOf',
  'default',
  'examples',
  'deprecated',
  '$comment',
]);

/**
 * The properties of an object schema without references; undefined where it is none, or has something that a
 * list of properties cannot express: a choice, names that are free.
 */
export function flattenObject(schema: JsonObject): FlatObject | undefined {
  const properties = new Map<string, JsonObject>();
  const required = new Set<string>();
  if (!collect(schema, properties, required) || properties.size === 0) return undefined;
  return { properties, required };
}

function collect(
  schema: JsonObject,
  properties: Map<string, JsonObject>,
  required: Set<string>,
): boolean {
  const isPlain = Object.keys(schema).every((name) => PLAIN.has(name));
  const isObjectType = schema.type === undefined || schema.type === 'object';
  if (!isPlain || !isObjectType) return false;
  for (const [name, written] of Object.entries(asObject(schema.properties) ?? {})) {
    const known = properties.get(name);
    const property = isObject(written) ? written : written === false ? { not: {} } : {};
    properties.set(name, known === undefined ? property : { allOf: [known, property] });
  }
  for (const name of asList(schema.required)) if (typeof name === 'string') required.add(name);
  return asList(schema.allOf).every(
    (part) => isObject(part) && collect(part, properties, required),
  );
}
