import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import { ANNOTATIONS } from './annotations.ts';

/** Keywords that may refuse `null` even where `type` and `enum` allow it. */
const OF_ALL_TYPES = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'const'] as const;

const NULL: JsonObject = { type: 'null' };

/**
 * The same schema, which matches `null` as well. This is what `nullable` is written for, with any keywords
 * beside it.
 */
export function allowNull(schema: JsonObject): JsonObject {
  if (OF_ALL_TYPES.some((keyword) => keyword in schema)) return beside(schema);
  const { type } = schema;
  const allowed = { ...schema };
  if (typeof type === 'string' && type !== 'null') allowed.type = [type, 'null'];
  if (Array.isArray(type) && !type.includes('null')) allowed.type = [...type, 'null'];
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) {
    allowed.enum = [...schema.enum, null];
  }
  return allowed;
}

function beside(schema: JsonObject): JsonObject {
  const outside: JsonObject = {};
  const inside: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema)) {
    (ANNOTATIONS.has(keyword) ? outside : inside)[keyword] = value;
  }
  const { anyOf } = inside;
  const isChoice = Array.isArray(anyOf) && Object.keys(inside).length === 1;
  if (!isChoice) return { ...outside, anyOf: [inside, NULL] };
  return { ...outside, anyOf: anyOf.some(isNull) ? anyOf : [...anyOf, NULL] };
}

function isNull(schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  return (
    schema.type === 'null' &&
    Object.keys(schema).every((name) => name === 'type' || ANNOTATIONS.has(name))
  );
}
