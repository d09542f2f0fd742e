import type { ConfigProblems } from '../../options/config-problems.ts';
import { asList, asObject, type JsonObject } from '../json.ts';
import type { RestRequest } from '../options.ts';
import { Inexpressible } from './inexpressible.ts';
import { isUsableMethod } from './methods.ts';
import type { PlannedTool } from './plan-operation.ts';
import { namesIn } from './read-parameters.ts';
import { readPath } from './read-path.ts';
import type { BodyPlan, PathValue, QueryValue, RequestPlan } from './request-plan.ts';

/** Works out the request of a tool that is written by hand. */
export function planByHand(
  problems: ConfigProblems,
  value: unknown,
  inputSchema: JsonObject,
): PlannedTool | undefined {
  if (!problems.keys(value, ['method', 'path', 'query', 'body'], "{ path: '/orders/{id}' }"))
    return undefined;
  const { method = 'GET', path, query = [], body } = value as RestRequest;
  if (!isUsableMethod(method)) {
    problems
      .at('method')
      .add(method, "an HTTP method in capitals, like 'POST', but not CONNECT and TRACE");
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    problems.at('path').add(path, "a path, like '/orders/{id}'");
    return undefined;
  }
  const inPath = namesIn(path);
  const inQuery = readNames(problems.at('query'), query);
  const inBody = Array.isArray(body) ? readNames(problems.at('body'), body) : [];
  if (body !== undefined && body !== 'json' && !Array.isArray(body)) {
    problems.at('body').add(body, "'json', or a list of the arguments that are its members");
  }
  checkPlaces(problems, [
    ['path', inPath],
    ['query', inQuery],
    ['body', inBody],
  ]);
  checkArguments(problems, inputSchema, [
    ['path', inPath],
    ['query', inQuery],
    ['body', inBody],
  ]);
  const parts = partsOf(problems.at('path'), path, inPath);
  if (parts === undefined) return undefined;
  const plan: RequestPlan = {
    method,
    path: parts,
    query: inQuery.map(queryValue),
    headers: [],
    body:
      body === undefined
        ? undefined
        : bodyPlan(body === 'json' ? undefined : inBody, [...inPath, ...inQuery]),
  };
  return { plan, inputSchema: closed(inputSchema) };
}

function readNames(problems: ConfigProblems, value: unknown): string[] {
  const isName = (name: unknown): name is string => typeof name === 'string' && name !== '';
  return problems.list(value, isName, 'the name of an argument');
}

type Places = readonly (readonly [place: string, names: readonly string[]])[];

function checkPlaces(problems: ConfigProblems, places: Places): void {
  const taken = new Map<string, string>();
  for (const [place, names] of places) {
    for (const name of names) {
      const other = taken.get(name);
      if (other !== undefined)
        problems.at(place).add(name, `an argument that does not stand in ${other} already`);
      taken.set(name, place);
    }
  }
}

/** Where a schema names its properties, an argument that it does not name would never be there. */
function checkArguments(problems: ConfigProblems, schema: JsonObject, places: Places): void {
  const properties = asObject(schema.properties);
  const isWhole = ['allOf', 'anyOf', 'oneOf', '$ref', 'patternProperties'].every(
    (name) => schema[name] === undefined,
  );
  if (properties === undefined || !isWhole) return;
  const required = asList(schema.required);
  for (const [place, names] of places) {
    for (const name of names) {
      if (!Object.hasOwn(properties, name))
        problems.at(place).add(name, 'an argument that inputSchema has in its properties');
      else if (place === 'path' && !required.includes(name)) {
        problems
          .at(place)
          .add(name, 'an argument that inputSchema has in required: a path has no gaps');
      }
    }
  }
}

function partsOf(
  problems: ConfigProblems,
  path: string,
  names: readonly string[],
): RequestPlan['path'] | undefined {
  try {
    return readPath(path, new Map(names.map((name) => [name, pathValue(name)])));
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error;
    problems.add(path, `a path with arguments in braces; this one ${error.message}`);
    return undefined;
  }
}

const PLAIN = { isJson: false, explode: false } as const;

function pathValue(name: string): PathValue {
  return { ...PLAIN, name, argument: name, isRequired: true, style: 'simple' };
}

function queryValue(name: string): QueryValue {
  return {
    ...PLAIN,
    name,
    argument: name,
    isRequired: false,
    explode: true,
    style: 'form',
    allowReserved: false,
    members: new Set(),
  };
}

function bodyPlan(names: readonly string[] | undefined, elsewhere: readonly string[]): BodyPlan {
  return {
    mediaType: 'application/json',
    encoding: 'json',
    isRequired: true,
    source:
      names === undefined
        ? { kind: 'others', except: new Set(elsewhere) }
        : {
            kind: 'members',
            members: names.map((name) => ({
              name,
              argument: name,
              form: 'json',
              mediaType: undefined,
            })),
          },
  };
}

/** Refuses further properties: an argument that goes nowhere is a mistake that the model should be told. */
function closed(schema: JsonObject): JsonObject {
  const says = [
    'additionalProperties',
    'unevaluatedProperties',
    'patternProperties',
    'allOf',
    'anyOf',
    'oneOf',
    '$ref',
  ];
  const isOpen =
    schema.properties !== undefined && says.every((name) => schema[name] === undefined);
  return isOpen ? { ...schema, additionalProperties: false } : schema;
}
