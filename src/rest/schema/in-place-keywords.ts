import type { JsonObject } from '../../mcp/json/json-object.ts';
import { told } from './discriminator.ts';
import { isEmpty } from './merge-all-of.ts';
import { membersOf, schemaAt } from './part-keywords.ts';
import type { Place } from './place.ts';
import type { Translating } from './translating.ts';
import { namesOf } from './value-keywords.ts';

/**
 * The keywords with schemas for the value itself. Where one of these schemas accepts more than it should, a
 * keyword that depends on it may accept less than it should: such keywords are left out.
 */
export function inPlaceKeywords(
  source: JsonObject,
  place: Place,
  translation: Translating,
): JsonObject {
  const found: JsonObject = {};
  const isLess = translation.loses(() => {
    Object.assign(found, dependentOf(source, place, translation));
    // The schema's own choices and conditions come first: they stay at the top where those of a part of
    // `allOf` cannot stand beside them.
    found.allOf = [
      ...choicesOf(source, place, translation),
      ...questionsOf(source, place, translation),
      ...targetsOf(source, place, translation),
      ...listAt('allOf', source, place, translation).map((part, i) =>
        translation.schema(part, place.part('allOf', 'allOf', i)),
      ),
    ];
  });
  for (const keyword of ['unevaluatedProperties', 'unevaluatedItems']) {
    if (source[keyword] === undefined) continue;
    if (isLess) translation.lose(place, `its ${keyword} is left out`);
    else Object.assign(found, schemaAt(keyword, source, place, translation));
  }
  return found;
}

/** In OpenAPI 3.1 a reference may stand beside other keywords. */
function targetsOf({ $ref }: JsonObject, place: Place, translation: Translating): JsonObject[] {
  if ($ref === undefined) return [];
  return [translation.schema(translation.target($ref, place), place.part('allOf'))];
}

/** In older versions one keyword, `dependencies`, stands for both. */
function dependentOf(source: JsonObject, place: Place, translation: Translating): JsonObject {
  const names: JsonObject = {};
  const schemas: JsonObject = {};
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies']) {
    for (const [name, member] of membersOf(keyword, source, place, translation)) {
      if (place.hidden.has(name)) continue;
      translation.name(name, place);
      if (
        keyword === 'dependentSchemas' ||
        !(Array.isArray(member) || keyword === 'dependentRequired')
      ) {
        const at = place.part('in place', 'dependentSchemas', name);
        schemas[name] = translation.schema(member, at);
        continue;
      }
      const required = namesOf(member, place, translation);
      if (required === undefined) translation.leave(place, keyword);
      else names[name] = required;
    }
  }
  return {
    ...(Object.keys(names).length > 0 && { dependentRequired: names }),
    ...(Object.keys(schemas).length > 0 && { dependentSchemas: schemas }),
  };
}

function listAt(
  keyword: string,
  source: JsonObject,
  place: Place,
  translation: Translating,
): unknown[] {
  const value = source[keyword];
  if (value === undefined) return [];
  if (Array.isArray(value) && (value.length > 0 || keyword === 'allOf')) return value;
  translation.leave(place, keyword);
  return [];
}

/** `anyOf` and `oneOf`, each in a schema of its own. */
function choicesOf(source: JsonObject, place: Place, translation: Translating): JsonObject[] {
  const choices: JsonObject[] = [];
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches: JsonObject[] = [];
    const isLess = translation.loses(() => {
      for (const [i, branch] of listAt(keyword, source, place, translation).entries()) {
        branches.push(branchOf(branch, place.part('in place', keyword, i), source, translation));
      }
    });
    const [only, ...others] = branches;
    if (only === undefined) continue;
    // A value may match more branches than it should, and `oneOf` would refuse it.
    const choice = keyword === 'oneOf' && !isLess ? { oneOf: branches } : { anyOf: branches };
    choices.push(others.length === 0 ? only : choice);
  }
  return choices;
}

function branchOf(
  source: unknown,
  place: Place,
  { discriminator }: JsonObject,
  translation: Translating,
): JsonObject {
  let branch: JsonObject = {};
  const isWeaker = translation.weakens(() => {
    branch = translation.schema(source, place);
  });
  if (isWeaker && isEmpty(branch)) {
    translation.lose(place, 'this direction has nothing of what it requires');
  }
  return place.isAsserted ? told(branch, source, discriminator) : branch;
}

/** `not` and `if`. */
function questionsOf(source: JsonObject, place: Place, translation: Translating): JsonObject[] {
  const found: JsonObject[] = [];
  if (source.not !== undefined) {
    const negated: JsonObject = {};
    const isLess = translation.loses(() => {
      negated.not = translation.schema(source.not, place.question('not'));
    });
    if (!isLess) found.push(negated);
  }
  if (source.if !== undefined && (source.then !== undefined || source.else !== undefined)) {
    const condition: JsonObject = {};
    const isLess = translation.loses(() => {
      condition.if = translation.schema(source.if, place.question('if'));
    });
    if (!isLess) {
      for (const keyword of ['then', 'else']) {
        if (source[keyword] === undefined) continue;
        condition[keyword] = translation.schema(source[keyword], place.part('in place', keyword));
      }
      found.push(condition);
    }
  }
  return found;
}
