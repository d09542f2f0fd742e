import type { OpenApiDocument } from '../document/load-document.ts';
import type { JsonObject } from '../json.ts';
import type { ListedOperation } from '../operations/list-operations.ts';
import { UntranslatableSchema } from '../schema/untranslatable-schema.ts';
import { argumentNames, type Wanted } from './argument-names.ts';
import { Inexpressible } from './inexpressible.ts';
import { isUsableMethod } from './methods.ts';
import { type WantedBody, wantedBody } from './plan-body.ts';
import {
  checkQueryNames,
  type Exposure,
  exposedParameters,
  headerValue,
  type PlannedParameter,
  pathValue,
  queryValue,
} from './plan-parameters.ts';
import { readParameters } from './read-parameters.ts';
import { readPath } from './read-path.ts';
import type { BodyPlan, RequestPlan } from './request-plan.ts';

/** The request of a tool, and its arguments. */
export interface PlannedTool {
  readonly plan: RequestPlan;
  /** The schema of the arguments. */
  readonly inputSchema: JsonObject;
}

/** Works out the request of an operation. @throws {Inexpressible} with the reason why it cannot be made. */
export function planOperation(
  operation: ListedOperation,
  document: OpenApiDocument,
  exposure: Exposure,
): PlannedTool {
  try {
    return planned(operation, document, exposure);
  } catch (error) {
    if (error instanceof Inexpressible) throw error;
    if (error instanceof UntranslatableSchema) {
      throw new Inexpressible(`has a schema that cannot be translated: ${error.message}`);
    }
    // A reference in the document leads nowhere.
    throw new Inexpressible(`cannot be read: ${(error as Error).message}`);
  }
}

type Argument = Wanted & { readonly schema: JsonObject; readonly isRequired: boolean };

function planned(
  operation: ListedOperation,
  document: OpenApiDocument,
  exposure: Exposure,
): PlannedTool {
  const { method, path } = operation.shown;
  if (!isUsableMethod(method)) throw new Inexpressible(`has the method ${JSON.stringify(method)}`);
  const parameters = exposedParameters(readParameters(operation, document), exposure, document);
  const body = wantedBody(operation.spec, document);

  const ofParameters = parameters.map(({ parameter, schema }): Argument => {
    const { name, place, isRequired } = parameter;
    return { name, place, schema, isRequired };
  });
  const ofBody = (body?.members ?? []).map(
    ({ name, schema, isRequired }): Argument => ({ name, place: 'body', schema, isRequired }),
  );
  const all = [...ofParameters, ...ofBody];
  const names = argumentNames(all);
  const nameOf = (argument: Argument | undefined) => names.get(argument as Argument) as string;
  const at = (place: string) =>
    parameters.flatMap((planned, i): [PlannedParameter, string][] =>
      planned.parameter.place === place ? [[planned, nameOf(ofParameters[i])]] : [],
    );

  const inPath = new Map(
    at('path').map(([{ parameter }, argument]) => [parameter.name, pathValue(parameter, argument)]),
  );
  const query = at('query').map(([planned, argument]) => queryValue(planned, argument));
  checkQueryNames(query, exposure.withheld);
  const plan: RequestPlan = {
    method,
    path: readPath(path, inPath),
    query,
    headers: at('header').map(([{ parameter }, argument]) => headerValue(parameter, argument)),
    body: body && bodyPlan(body, ofBody.map(nameOf)),
  };
  return { plan, inputSchema: inputSchemaOf(all, nameOf) };
}

function bodyPlan(
  { mediaType, encoding, isRequired, members, isWhole }: WantedBody,
  names: readonly string[],
): BodyPlan {
  const common = { mediaType, encoding, isRequired };
  if (isWhole) return { ...common, source: { kind: 'whole', argument: names[0] as string } };
  return {
    ...common,
    source: {
      kind: 'members',
      members: members.map(({ name, form, mediaType }, i) => ({
        name,
        argument: names[i] as string,
        form,
        mediaType,
      })),
    },
  };
}

function inputSchemaOf(
  all: readonly Argument[],
  nameOf: (argument: Argument) => string,
): JsonObject {
  const required = all.filter(({ isRequired }) => isRequired).map(nameOf);
  return {
    type: 'object',
    properties: Object.fromEntries(all.map((argument) => [nameOf(argument), argument.schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}
