import { asList, asObject, type JsonObject } from '../json.ts';

/** Whether the client speaks of results that are objects alone, or of any. */
export type Era = 'legacy' | 'modern';

/** A tool's `outputSchema`. */
export interface OutputCheck {
  /** As clients of either era get it. */
  readonly shown: Readonly<Record<Era, JsonObject>>;
  /** Whether results are objects by the schema of the API; others stand in `result` for the older era. */
  readonly isObject: boolean;
  readonly fits: (value: unknown) => boolean;
}

/** The member of a result that does not fit what the API says of its answers. */
const NOTE = 'unexpectedResult';

const NOTE_SCHEMA: JsonObject = {
  type: 'string',
  description: 'Why there is only a text: the API does not keep to its own schema.',
};

const UNEXPECTED: JsonObject = {
  type: 'object',
  properties: { [NOTE]: NOTE_SCHEMA },
  required: [NOTE],
};

/**
 * What is shown of a schema of answers, and how they are checked. Official clients refuse a result without `structuredContent`,
 * and one that does not fit, so that the model would not even get the text: the note of an API that does not keep to its
 * schema has to fit as well.
 */
export function outputCheck(schema: JsonObject, fits: (value: unknown) => boolean): OutputCheck {
  if (schema.type === 'object') {
    const shown = withNote(schema);
    return { shown: { legacy: shown, modern: shown }, isObject: true, fits };
  }
  const wrapped = { type: 'object', properties: { result: schema }, required: ['result'] };
  const modern = { anyOf: [schema, UNEXPECTED] };
  return { shown: { legacy: withNote(wrapped), modern }, isObject: false, fits };
}

/** Keywords of an object to which a property can be added. */
const PLAIN = new Set([
  'type',
  'title',
  'description',
  'properties',
  'required',
  'additionalProperties',
]);

/** Its properties stay where clients look for them, if there is nothing else to it. */
function withNote(schema: JsonObject): JsonObject {
  const { required, ...rest } = schema;
  const properties = asObject(schema.properties) ?? {};
  const isPlain = Object.keys(schema).every((name) => PLAIN.has(name));
  if (!isPlain || Object.hasOwn(properties, NOTE)) {
    return { type: 'object', anyOf: [schema, UNEXPECTED] };
  }
  return {
    ...rest,
    properties: { ...properties, [NOTE]: NOTE_SCHEMA },
    ...(asList(required).length > 0 && { anyOf: [{ required }, { required: [NOTE] }] }),
  };
}

/** The text for a model, and the `structuredContent`, of a result that does not fit. */
export function unexpected(text: string): {
  readonly note: string;
  readonly structured: JsonObject;
} {
  return { note: text, structured: { [NOTE]: text } };
}
