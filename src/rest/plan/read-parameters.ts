import type { OpenApiDocument } from '../document/load-document.ts';
import { asList, asObject, asText, type JsonObject } from '../json.ts';
import type { ListedOperation } from '../operations/list-operations.ts';
import { Inexpressible } from './inexpressible.ts';

/** Where a parameter stands. */
export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly place: ParameterPlace;
  readonly isRequired: boolean;
  readonly style: string | undefined;
  readonly explode: boolean | undefined;
  readonly allowReserved: boolean;
  /** Whether its value is JSON, as its `content` says. */
  readonly isJson: boolean;
  readonly schema: unknown;
  readonly description: string | undefined;
}

const PLACES = ['path', 'query', 'header', 'cookie'];

/** The parameters of an operation, with those of its path, which it may override. */
export function readParameters(
  { spec, pathItem, shown }: ListedOperation,
  { references }: OpenApiDocument,
): Parameter[] {
  const parameters = new Map<string, Parameter>();
  for (const written of [...asList(pathItem.parameters), ...asList(spec.parameters)]) {
    const object = references.follow(written);
    const name = asText(object?.name);
    if (object === undefined || name === undefined)
      throw new Inexpressible('has a parameter without a name');
    const place = placeOf(object, name);
    const key = place === 'header' ? name.toLowerCase() : name;
    parameters.set(`${place} ${key}`, parameterOf(object, name, place));
  }
  for (const name of namesIn(shown.path)) {
    const key = `path ${name}`;
    // Many documents leave out a parameter of the path. It is a text then.
    if (!parameters.has(key))
      parameters.set(key, parameterOf({ schema: { type: 'string' } }, name, 'path'));
  }
  return [...parameters.values()];
}

/** The names in braces. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
}

function placeOf(object: JsonObject, name: string): ParameterPlace {
  const place = object.in;
  if (typeof place === 'string' && PLACES.includes(place)) return place as ParameterPlace;
  throw new Inexpressible(`has the parameter ${JSON.stringify(name)} in ${JSON.stringify(place)}`);
}

function parameterOf(object: JsonObject, name: string, place: ParameterPlace): Parameter {
  const [type, content] = Object.entries(asObject(object.content) ?? {})[0] ?? [];
  if (type !== undefined && !/\bjson\b/i.test(type)) {
    throw new Inexpressible(`has the parameter ${JSON.stringify(name)} as ${type}`);
  }
  return {
    name,
    place,
    isRequired: place === 'path' || object.required === true,
    style: asText(object.style),
    explode: typeof object.explode === 'boolean' ? object.explode : undefined,
    allowReserved: object.allowReserved === true,
    isJson: type !== undefined,
    schema: (type === undefined ? object.schema : asObject(content)?.schema) ?? {},
    description: asText(object.description),
  };
}
