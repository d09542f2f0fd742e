import type { JsonObject } from '../../mcp/json/json-object.ts';
import { jsonCopy } from './json-copy.ts';
import type { Place } from './place.ts';
import { formatOf, LIMITS, PLAIN_KEYWORDS, typeOf } from './plain-keywords.ts';
import type { Translating } from './translating.ts';
import { UntranslatableSchema } from './untranslatable-schema.ts';
import { usablePattern } from './usable-pattern.ts';

const SHOWN_CHARS = 100;

const PLAIN = Object.entries(PLAIN_KEYWORDS);

/** The keywords whose values are no schemas. One with a value that it cannot have is left out. */
export function valueKeywords(
  source: JsonObject,
  place: Place,
  translation: Translating,
): JsonObject {
  const found: JsonObject = { ...typeKeyword(source, place), ...formatOf(source.format) };
  const left = (keyword: string) => translation.leave(place, keyword);
  for (const [keyword, isRight] of PLAIN) {
    if (source[keyword] === undefined) continue;
    if (isRight(source[keyword])) found[keyword] = source[keyword];
    else left(keyword);
  }
  for (const [keyword, exclusive] of LIMITS) {
    Object.assign(found, limit(source, keyword, exclusive, left));
  }
  if (source.const !== undefined) {
    const value = translation.value(source.const);
    if (value === undefined) left('const');
    else found.const = value;
  }
  if (source.enum !== undefined) {
    const values = Array.isArray(source.enum) ? translation.value(source.enum) : undefined;
    if (Array.isArray(values) && values.length > 0) found.enum = values;
    else left('enum');
  }
  if (source.pattern !== undefined) {
    const pattern = usablePattern(source.pattern, (why) =>
      translation.lose(place, `its pattern ${why}, and is left out`),
    );
    if (pattern !== undefined) found.pattern = translation.value(pattern);
  }
  if (source.required !== undefined) {
    const names = namesOf(source.required, place, translation);
    if (names === undefined) left('required');
    else if (names.length > 0) found.required = names;
    else if (place.hidden.size > 0) translation.weaken();
  }
  return found;
}

function typeKeyword({ type }: JsonObject, place: Place): JsonObject {
  if (type === undefined) return {};
  const types = typeOf(type);
  if (types !== undefined) return { type: types };
  const shown = JSON.stringify(jsonCopy(type)) ?? 'none of JSON';
  throw new UntranslatableSchema(place.path, `its type is ${shown.slice(0, SHOWN_CHARS)}`);
}

function limit(
  source: JsonObject,
  keyword: string,
  exclusive: string,
  left: (keyword: string) => void,
): JsonObject {
  const { [keyword]: value, [exclusive]: flag } = source;
  const found: JsonObject = {};
  if (Number.isFinite(value)) found[flag === true ? exclusive : keyword] = value;
  else if (value !== undefined) left(keyword);
  if (Number.isFinite(flag)) found[exclusive] = flag;
  else if (flag !== undefined && typeof flag !== 'boolean') left(exclusive);
  return found;
}

/** A list of properties, without those that are hidden. */
export function namesOf(
  given: unknown,
  place: Place,
  translation: Translating,
): string[] | undefined {
  if (!Array.isArray(given) || !given.every((name) => typeof name === 'string')) return undefined;
  return [...new Set<string>(given)]
    .map((name) => translation.name(name, place))
    .filter((name) => !place.hidden.has(name));
}
