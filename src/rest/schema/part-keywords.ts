import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import type { Place } from './place.ts';
import type { Translating } from './translating.ts';
import { usablePattern } from './usable-pattern.ts';

/** The keywords with schemas for parts of a value. */
export function partKeywords(
  source: JsonObject,
  place: Place,
  translation: Translating,
): JsonObject {
  return {
    ...propertiesOf(source, place, translation),
    ...itemsOf(source, place, translation),
    ...containsOf(source, place, translation),
  };
}

function propertiesOf(source: JsonObject, place: Place, translation: Translating): JsonObject {
  const found: JsonObject = {};
  const properties: JsonObject = {};
  for (const [name, property] of membersOf('properties', source, place, translation)) {
    if (place.hidden.has(name)) continue;
    properties[translation.name(name, place)] = translation.schema(
      property,
      place.inside('properties', name),
    );
  }
  if (Object.keys(properties).length > 0) found.properties = properties;
  const patterns: JsonObject = {};
  const isLess = translation.loses(() => {
    for (const [name, property] of membersOf('patternProperties', source, place, translation)) {
      const pattern = usablePattern(name, (why) =>
        translation.lose(place, `a pattern of its patternProperties ${why}, and is left out`),
      );
      if (pattern === undefined) continue;
      patterns[translation.name(pattern, place)] = translation.schema(
        property,
        place.inside('patternProperties', pattern),
      );
    }
  });
  if (Object.keys(patterns).length > 0) found.patternProperties = patterns;
  // Where a pattern is left out, `additionalProperties` would wrongly apply to the names that it matches.
  if (!isLess) Object.assign(found, schemaAt('additionalProperties', source, place, translation));
  if (source.propertyNames !== undefined) {
    found.propertyNames = translation.schema(source.propertyNames, place.inside('propertyNames'));
  }
  return found;
}

/** The members of a keyword whose value is an object of schemas by name. */
export function membersOf(
  keyword: string,
  source: JsonObject,
  place: Place,
  translation: Translating,
): [name: string, member: unknown][] {
  const value = source[keyword];
  if (value === undefined) return [];
  if (isJsonObject(value)) return Object.entries(value);
  translation.leave(place, keyword);
  return [];
}

/** A keyword with a schema. `true` or `false`, which are common, stay as they are. */
export function schemaAt(
  keyword: string,
  source: JsonObject,
  place: Place,
  translation: Translating,
): JsonObject {
  const value = source[keyword];
  if (value === undefined) return {};
  if (typeof value === 'boolean') return { [keyword]: value };
  return { [keyword]: translation.schema(value, place.inside(keyword)) };
}

/** A list of schemas as `items` is what older versions had in place of `prefixItems`. */
function itemsOf(source: JsonObject, place: Place, translation: Translating): JsonObject {
  const isOld = Array.isArray(source.items);
  const first = isOld ? source.items : source.prefixItems;
  const found: JsonObject = {};
  if (Array.isArray(first) && first.length > 0) {
    found.prefixItems = first.map((item, i) =>
      translation.schema(item, place.inside('prefixItems', i)),
    );
  } else if (first !== undefined && !Array.isArray(first)) {
    translation.leave(place, 'prefixItems');
    return found;
  }
  const items = isOld ? source.additionalItems : source.items;
  return { ...found, ...schemaAt('items', { items }, place, translation) };
}

function containsOf(source: JsonObject, place: Place, translation: Translating): JsonObject {
  if (source.contains === undefined) return {};
  const found: JsonObject = {};
  const isLess = translation.loses(() => {
    found.contains = translation.schema(source.contains, place.inside('contains'));
  });
  for (const keyword of ['minContains', 'maxContains']) {
    const value = source[keyword];
    // More items match than should, and `maxContains` would refuse them.
    if (keyword === 'maxContains' && isLess) continue;
    if (Number.isSafeInteger(value) && Number(value) >= 0) found[keyword] = value;
  }
  return found;
}
