import { isJsonObject, type JsonObject } from '../../../../src/mcp/json/json-object.ts';
import { References } from '../../../../src/rest/document/references.ts';
import type { Direction, Version } from './translate.ts';

export interface DocumentSchema {
  /** The operation and what in it, such as `POST /pets body application/json`. */
  readonly name: string;
  readonly schema: unknown;
  readonly direction: Direction;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export function versionOf(document: JsonObject): Version {
  return String(document.openapi).startsWith('3.0') ? '3.0' : '3.1';
}

/** The schemas of all parameters, bodies and answers of a document. */
export function* schemasIn(document: JsonObject): Iterable<DocumentSchema> {
  const references = new References(document);
  const follow = (value: unknown): JsonObject => references.follow(value) ?? {};
  for (const [path, written] of Object.entries(follow(document.paths))) {
    const item = follow(written);
    for (const method of METHODS) {
      if (!isJsonObject(item[method])) continue;
      const operation = item[method];
      const name = `${method.toUpperCase()} ${path}`;
      const parameters = [item.parameters, operation.parameters].flatMap((list) =>
        Array.isArray(list) ? list.map(follow) : [],
      );
      for (const parameter of parameters) {
        const at = `${name} ${parameter.in} ${parameter.name}`;
        if (parameter.schema !== undefined) {
          yield { name: at, schema: parameter.schema, direction: 'request' };
        }
        yield* contentOf(at, parameter, 'request');
      }
      yield* contentOf(`${name} body`, follow(operation.requestBody), 'request');
      for (const [status, response] of Object.entries(follow(operation.responses))) {
        yield* contentOf(`${name} ${status}`, follow(response), 'response');
      }
    }
  }

  function* contentOf(
    name: string,
    { content }: JsonObject,
    direction: Direction,
  ): Iterable<DocumentSchema> {
    for (const [type, media] of Object.entries(follow(content))) {
      const { schema } = follow(media);
      if (schema !== undefined) yield { name: `${name} ${type}`, schema, direction };
    }
  }
}
