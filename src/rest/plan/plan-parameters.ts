import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, type JsonObject } from '../json.ts';
import { translateSchema } from '../schema/translate-schema.ts';
import { Inexpressible } from './inexpressible.ts';
import type { Parameter } from './read-parameters.ts';
import type { HeaderValue, PathValue, QueryValue } from './request-plan.ts';
import { isWithheld, type Withheld } from './withheld.ts';

/** A parameter that is an argument, and the schema of it. */
export interface PlannedParameter {
  readonly parameter: Parameter;
  readonly schema: JsonObject;
}

/** Which parameters may not become arguments. */
export interface Exposure {
  readonly withheld: Withheld;
  /** Whether headers may be arguments. */
  readonly headers: boolean;
}

/** The parameters that are arguments. @throws {Inexpressible} where a required one is left out. */
export function exposedParameters(
  parameters: readonly Parameter[],
  { withheld, headers }: Exposure,
  document: OpenApiDocument,
): PlannedParameter[] {
  return parameters.flatMap((parameter) => {
    const { name, place, isRequired } = parameter;
    if (isWithheld(parameter, withheld)) return [];
    if (place === 'cookie' || (place === 'header' && !headers)) {
      if (!isRequired) return [];
      throw new Inexpressible(
        place === 'cookie'
          ? `needs the cookie ${JSON.stringify(name)}, and cookies are no arguments`
          : `needs the header ${JSON.stringify(name)}: set headers: true for this tool, or name it in forward`,
      );
    }
    const schema = schemaOf(parameter, document);
    if (place === 'query' && isFree(parameter, schema)) {
      if (!isRequired) return [];
      throw new Inexpressible(`takes any parameters by ${JSON.stringify(name)}`);
    }
    return [{ parameter, schema }];
  });
}

/** The schema as it is shown: the description of the parameter replaces the one of its schema. */
function schemaOf({ schema, description }: Parameter, document: OpenApiDocument): JsonObject {
  const { version, references } = document;
  const translated = translateSchema(schema, {
    direction: 'request',
    version,
    resolve: (ref) => references.resolve(ref),
  });
  return description === undefined ? translated.schema : { ...translated.schema, description };
}

/** Whether a parameter is an object whose members would be parameters of any name. */
function isFree(parameter: Parameter, schema: JsonObject): boolean {
  return isSpread(parameter) && schema.type === 'object' && membersOf(schema).size === 0;
}

/** Whether each member of an object is a parameter of its own (OpenAPI 3.1, "Style Values"). */
function isSpread({ style = 'form', explode, isJson }: Parameter): boolean {
  return !isJson && style !== 'deepObject' && (explode ?? style === 'form');
}

function membersOf(schema: JsonObject): ReadonlySet<string> {
  return new Set(Object.keys(asObject(schema.properties) ?? {}));
}

/** A part of the path. */
export function pathValue(parameter: Parameter, argument: string): PathValue {
  const { name, style = 'simple', explode = false, isJson } = parameter;
  if (style !== 'simple' && style !== 'label' && style !== 'matrix') throw unknownStyle(parameter);
  return { name, argument, isRequired: true, isJson, explode, style };
}

/** A parameter of the query. */
export function queryValue({ parameter, schema }: PlannedParameter, argument: string): QueryValue {
  const { name, isRequired, style = 'form', explode, isJson, allowReserved } = parameter;
  if (
    style !== 'form' &&
    style !== 'spaceDelimited' &&
    style !== 'pipeDelimited' &&
    style !== 'deepObject'
  ) {
    throw unknownStyle(parameter);
  }
  return {
    name,
    argument,
    isRequired,
    isJson,
    explode: explode ?? style === 'form',
    style,
    allowReserved,
    members: isSpread(parameter) ? membersOf(schema) : new Set(),
  };
}

/** A header. */
export function headerValue(parameter: Parameter, argument: string): HeaderValue {
  const { name, isRequired, style = 'simple', explode = false, isJson } = parameter;
  if (style !== 'simple') throw unknownStyle(parameter);
  return { name, argument, isRequired, isJson, explode };
}

/** @throws {Inexpressible} where one name in the query would come from two arguments, or is withheld. */
export function checkQueryNames(query: readonly QueryValue[], withheld: Withheld): void {
  const taken = new Set(withheld.query);
  for (const { name, members } of query) {
    for (const one of members.size === 0 ? [name] : members) {
      if (taken.has(one))
        throw new Inexpressible(`has two parameters ${JSON.stringify(one)} in its query`);
      taken.add(one);
    }
  }
}

function unknownStyle({ name, style }: Parameter): Inexpressible {
  return new Inexpressible(
    `has the parameter ${JSON.stringify(name)} in the style ${JSON.stringify(style)}`,
  );
}
