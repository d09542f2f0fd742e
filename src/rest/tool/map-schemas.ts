import { isObject, type JsonObject } from '../json.ts';

/** Keywords whose members are named by the author, and are no keywords. */
const NAMES = new Set(['properties', 'patternProperties', '$defs', 'dependentSchemas']);

/** Keywords whose values are data. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);

/** A copy of a schema. `edit` has changed the schema itself, and each schema in it. */
export function mapSchemas(
  schema: JsonObject,
  edit: (schema: JsonObject) => JsonObject,
): JsonObject {
  const members = Object.entries(edit(schema)).map(([name, value]) => {
    if (DATA.has(name)) return [name, value];
    if (!NAMES.has(name) || !isObject(value)) return [name, mapped(value, edit)];
    const named = Object.entries(value).map(([own, member]) => [own, mapped(member, edit)]);
    return [name, Object.fromEntries(named)];
  });
  return Object.fromEntries(members);
}

function mapped(value: unknown, edit: (schema: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((item) => mapped(item, edit));
  return isObject(value) ? mapSchemas(value, edit) : value;
}
