import type { JsonObject } from '../../mcp/json/json-object.ts';
import { jsonCopy } from './json-copy.ts';

/** Keywords that describe a schema, and do not decide which values match. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'deprecated',
  'examples',
]);

const MOST_EXAMPLES = 3;
const LONGEST_EXAMPLE = 100;

/**
 * The annotations of a schema. Short examples help a model that writes a request. A response has none,
 * because the model does not write it.
 */
export function annotationsOf(source: JsonObject, direction: 'request' | 'response'): JsonObject {
  const annotations: JsonObject = {};
  for (const name of ['title', 'description'] as const) {
    if (typeof source[name] === 'string' && source[name] !== '') annotations[name] = source[name];
  }
  const preset = jsonCopy(source.default);
  if (preset !== undefined) annotations.default = preset;
  if (source.deprecated === true) annotations.deprecated = true;
  const examples = direction === 'request' ? examplesOf(source) : [];
  if (examples.length > 0) annotations.examples = examples;
  return annotations;
}

/** `example` is the only keyword for them in OpenAPI 3.0, and still allowed in 3.1. */
function examplesOf({ example, examples }: JsonObject): unknown[] {
  const given = Array.isArray(examples) ? examples : [example];
  return given.filter(isShort).slice(0, MOST_EXAMPLES);
}

function isShort(example: unknown): boolean {
  if (typeof example === 'string') return example.length <= LONGEST_EXAMPLE;
  return typeof example === 'boolean' || (typeof example === 'number' && Number.isFinite(example));
}
