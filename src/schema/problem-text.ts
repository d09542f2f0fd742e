import type { ErrorObject } from 'ajv';

/** How much is shown of one value, which may be a name that a client has made up. */
const MAX_SHOWN = 200;
/** How many of the allowed values are shown. */
const MAX_VALUES = 10;

/** How many alternatives are told where none matches. */
const MAX_ALTERNATIVES = 5;

/**
 * Tells a model what is wrong with arguments: where, and what would be right. No value of the arguments is
 * repeated. The last error is that of the keyword which all others are parts of.
 */
export function problemText(errors: readonly ErrorObject[]): string {
  const last = errors.at(-1) as ErrorObject;
  const isChoice = last.keyword === 'anyOf' || last.keyword === 'oneOf';
  if (!isChoice || errors.length === 1) return textOf(errors[0] as ErrorObject);
  const texts = [...new Set(errors.slice(0, -1).map(textOf))];
  const some = texts.slice(0, MAX_ALTERNATIVES).join(', or ');
  return texts.length > MAX_ALTERNATIVES ? `${some}, …` : some;
}

function textOf({
  instancePath,
  keyword,
  params,
  message,
  schema,
  propertyName,
}: ErrorObject): string {
  const isWhole = instancePath === '';
  const place = isWhole ? 'they' : cut(instancePath);
  if (propertyName !== undefined) {
    return `${place} may not have ${shown(propertyName)}: a name ${cut(message ?? '')}`;
  }
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
    case 'multipleOf':
      return `${place} must be multiple of ${shown(schema)}`;
    case 'uniqueItems':
      return `${place} must not have the same item twice`;
    case 'false schema':
      return `${place} ${isWhole ? 'are' : 'is'} not allowed`;
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
