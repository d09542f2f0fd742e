import type { JsonObject } from '../json.ts';

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

/**
 * Official clients refuse a result without `structuredContent`, and one that does not fit, so that the model would not even
 * get the text. What an API does not keep to has to fit as well.
 */
const UNEXPECTED: JsonObject = {
  type: 'object',
  properties: {
    [NOTE]: {
      type: 'string',
      description: 'Why there is only a text: the API does not keep to its own schema.',
    },
  },
  required: [NOTE],
};

/** What is shown of a schema of answers, and how they are checked. */
export function outputCheck(schema: JsonObject, fits: (value: unknown) => boolean): OutputCheck {
  const isObject = schema.type === 'object';
  const wrapped: JsonObject = {
    type: 'object',
    properties: { result: schema },
    required: ['result'],
  };
  const legacy: JsonObject = { type: 'object', anyOf: [isObject ? schema : wrapped, UNEXPECTED] };
  const modern: JsonObject = isObject ? legacy : { anyOf: [schema, UNEXPECTED] };
  return { shown: { legacy, modern }, isObject, fits };
}

/** The text for a model, and the `structuredContent`, of a result that does not fit. */
export function unexpected(text: string): {
  readonly note: string;
  readonly structured: JsonObject;
} {
  return { note: text, structured: { [NOTE]: text } };
}
