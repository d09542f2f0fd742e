import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import { ANNOTATIONS } from './annotations.ts';

/**
 * The same schema with the parts of `allOf` in it, as far as nothing is lost by that. Models read one object
 * more easily, and some refuse `allOf` at the top.
 */
export function mergeAllOf({ allOf, ...own }: JsonObject): JsonObject {
  let merged: JsonObject = own;
  const left: unknown[] = [];
  for (const part of Array.isArray(allOf) ? allOf : []) {
    const { allOf: deeper, ...flat } = part;
    const both = merge(merged, flat);
    if (both === undefined) left.push(part);
    else {
      merged = both;
      if (Array.isArray(deeper)) left.push(...deeper);
    }
  }
  return left.length === 0 ? merged : { ...merged, allOf: left };
}

/**
 * A schema of all that matches both; undefined where they cannot be merged. Of annotations, those of the
 * first count.
 */
function merge(first: JsonObject, second: JsonObject): JsonObject | undefined {
  if (!isApart(first, second)) return undefined;
  const merged = { ...first };
  for (const [keyword, value] of Object.entries(second)) {
    const own = first[keyword];
    if (own === undefined) merged[keyword] = value;
    else if (!ANNOTATIONS.has(keyword) && !isDeepStrictEqual(own, value)) {
      const both = MERGES[keyword]?.(own, value);
      if (both === undefined) return undefined;
      merged[keyword] = both;
    }
  }
  return merged;
}

/** Keywords that mean something else where another of their group stands beside them. */
const GROUPS = [
  ['prefixItems', 'items'],
  ['contains', 'minContains', 'maxContains'],
  ['if', 'then', 'else'],
] as const;

const has = (schema: JsonObject, keywords: readonly string[]) =>
  keywords.some((keyword) => keyword in schema);

function isApart(first: JsonObject, second: JsonObject): boolean {
  // These keywords depend on all that stands beside them, and in it.
  if (has(second, ['unevaluatedProperties', 'unevaluatedItems'])) return false;
  if (isClosed(first) && has(second, ['properties', 'patternProperties', 'additionalProperties'])) {
    return false;
  }
  if (isClosed(second) && has(first, ['properties', 'patternProperties', 'additionalProperties'])) {
    return false;
  }
  return GROUPS.every(
    (group) =>
      !has(first, group) ||
      !has(second, group) ||
      group.every((keyword) => isDeepStrictEqual(first[keyword], second[keyword])),
  );
}

function isClosed({ additionalProperties }: JsonObject): boolean {
  return additionalProperties !== undefined && additionalProperties !== true;
}

type Merge = (first: unknown, second: unknown) => unknown;

const larger: Merge = (first, second) => Math.max(Number(first), Number(second));
const smaller: Merge = (first, second) => Math.min(Number(first), Number(second));

const MERGES: Readonly<Record<string, Merge>> = {
  type: bothTypes,
  properties: bothProperties,
  required: (first, second) => [...new Set([...(first as string[]), ...(second as string[])])],
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  uniqueItems: () => true,
  additionalProperties: () => undefined,
};

function bothTypes(first: unknown, second: unknown): string | string[] | undefined {
  const [some, others] = [first, second].map(
    (types) => new Set<string>(Array.isArray(types) ? types : [types]),
  ) as [Set<string>, Set<string>];
  const both = new Set(
    [...some, ...others].filter((type) => {
      const isIn = (types: ReadonlySet<string>) =>
        types.has(type) || (type === 'integer' && types.has('number'));
      return isIn(some) && isIn(others);
    }),
  );
  // All integers are numbers.
  if (both.has('number')) both.delete('integer');
  const [type, ...more] = both;
  return more.length === 0 ? type : [...both];
}

function bothProperties(first: unknown, second: unknown): JsonObject {
  const merged = { ...(first as JsonObject) };
  for (const [name, property] of Object.entries(second as JsonObject)) {
    merged[name] = Object.hasOwn(merged, name)
      ? bothOf(merged[name] as JsonObject, property as JsonObject)
      : property;
  }
  return merged;
}

function bothOf(first: JsonObject, second: JsonObject): JsonObject {
  if (isDeepStrictEqual(first, second)) return first;
  const { allOf = [], ...own } = first;
  return mergeAllOf({ ...own, allOf: [...(allOf as unknown[]), second] });
}

/** Whether a schema matches everything. */
export function isEmpty(schema: unknown): boolean {
  return isJsonObject(schema) && Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
}
