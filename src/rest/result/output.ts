import { asList, asObject, type JsonObject } from '../json.ts';

/** `legacy`: clients that know only structured results that are objects. `modern`: clients that know any. */
export type Era = 'legacy' | 'modern';

/** A tool's `outputSchema`. */
export interface OutputCheck {
  /** The schema as clients of either era get it. */
  readonly shown: Readonly<Record<Era, JsonObject>>;
  /** Whether results are objects by the schema of the API; others stand in `result` for the older era. */
  readonly isObject: boolean;
  readonly fits: (value: unknown) => boolean;
}

/** The member of a result that does not fit the API's own schema of its answers. */
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
 * The schema of answers as it is shown, and the check of answers. Official clients refuse a result without
 * `structuredContent`, and one that does not fit, so that the model would not even get the text. So the
 * schema that is shown also allows the note for an answer that does not fit the API's own schema.
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

/**
 * The schema, which also allows the note. The properties of a plain object stay where clients look for them.
 */
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
