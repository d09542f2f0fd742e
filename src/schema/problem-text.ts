import type { ErrorObject } from 'ajv';

/** How much is shown of one value, which may be a name that a client has made up. */
const MAX_SHOWN = 200;
/** How many of the values are shown that are allowed. */
const MAX_VALUES = 10;

/** What is wrong with arguments, for a model: where, and what would be right. No value of theirs is repeated. */
export function problemText({
  instancePath,
  keyword,
  params,
  message,
  schema,
}: ErrorObject): string {
  const isWhole = instancePath === '';
  const place = isWhole ? 'they' : cut(instancePath);
  switch (keyword) {
    case 'required':
      return `${place} ${isWhole ? 'lack' : 'lacks'} ${shown(params.missingProperty)}`;
    case 'additionalProperties':
      return `${place} may not have ${shown(params.additionalProperty)}`;
    case 'unevaluatedProperties':
      return `${place} may not have ${shown(params.unevaluatedProperty)}`;
    case 'enum':
      return `${place} must be one of ${valuesOf(schema as unknown[])}`;
    case 'const':
      return `${place} must be ${shown(schema)}`;
    case 'uniqueItems':
      return `${place} must not have the same item twice`;
    default:
      return `${place} ${cut(message ?? `must match ${keyword}`)}`;
  }
}

function valuesOf(values: readonly unknown[]): string {
  const some = values.slice(0, MAX_VALUES).map(shown).join(', ');
  return values.length > MAX_VALUES ? `${some}, …` : some;
}

function shown(value: unknown): string {
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
