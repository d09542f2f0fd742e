import type { OpenApiDocument } from '../document/load-document.ts';
import { asList, asObject, asText, type JsonObject } from '../json.ts';

/** An operation of an OpenAPI document, as a function in `operations` gets it. */
export interface RestOperation {
  /** Its `operationId`. */
  readonly id: string | undefined;
  /** In capitals: `GET`. */
  readonly method: string;
  /** As in the document: `/orders/{id}`. */
  readonly path: string;
  /** Its tags. */
  readonly tags: readonly string[];
  /** Whether the document calls it deprecated. */
  readonly deprecated: boolean;
  /** Its `summary`. */
  readonly summary: string | undefined;
  /** Its `description`. */
  readonly description: string | undefined;
}

/** An operation, and the parts of the document that describe it. */
export interface ListedOperation {
  readonly shown: RestOperation;
  /** Method and path. An operation without an id is known by them. */
  readonly key: string;
  readonly spec: JsonObject;
  readonly pathItem: JsonObject;
}

/** The operations that path items have by name; `query` is one of 3.2. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

/** All operations of a document, in its order. */
export function listOperations({ root, references }: OpenApiDocument): ListedOperation[] {
  return Object.entries(asObject(root.paths) ?? {}).flatMap(([path, item]) => {
    const pathItem = followed(() => references.follow(item));
    if (pathItem === undefined || !path.startsWith('/')) return [];
    const others = Object.entries(asObject(pathItem.additionalOperations) ?? {});
    return [...METHODS.map((name) => [name, pathItem[name]] as const), ...others].flatMap(
      ([method, written]) => {
        const spec = asObject(written);
        return spec === undefined ? [] : [operationOf(method.toUpperCase(), path, spec, pathItem)];
      },
    );
  });
}

/**
 * Undefined where the references of a path item lead nowhere. Such a path has no operations, and an option
 * that names one does not find it.
 */
function followed(follow: () => JsonObject | undefined): JsonObject | undefined {
  try {
    return follow();
  } catch {
    return undefined;
  }
}

function operationOf(
  method: string,
  path: string,
  spec: JsonObject,
  pathItem: JsonObject,
): ListedOperation {
  const shown: RestOperation = {
    id: asText(spec.operationId),
    method,
    path,
    tags: asList(spec.tags).filter((tag) => typeof tag === 'string'),
    deprecated: spec.deprecated === true,
    summary: asText(spec.summary) ?? asText(pathItem.summary),
    description: asText(spec.description) ?? asText(pathItem.description),
  };
  return { shown, key: `${method} ${path}`, spec, pathItem };
}
