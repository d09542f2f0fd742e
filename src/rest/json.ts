import { isJsonObject, type JsonObject } from '../mcp/json/json-object.ts';

export { isJsonObject as isObject, type JsonObject };

/** A value as an object; undefined where it is none. */
export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** A value as a text with something in it; undefined where it is none. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A value as a list; an empty one where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
