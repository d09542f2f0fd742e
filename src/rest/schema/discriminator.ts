import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';

/**
 * One of several schemas that a discriminator tells apart. References are inlined, so that the names of
 * schemas are lost: the property itself then says what `mapping` says about it. Without a `mapping`, the name
 * becomes the title of the schema, since many documents have values of another form there.
 */
export function told(branch: JsonObject, source: unknown, discriminator: unknown): JsonObject {
  if (!isJsonObject(source) || !isJsonObject(discriminator)) return branch;
  const { propertyName, mapping } = discriminator;
  const { $ref } = source;
  if (typeof propertyName !== 'string' || typeof $ref !== 'string') return branch;
  const values = isJsonObject(mapping)
    ? Object.entries(mapping).flatMap(([value, to]) => (isTo($ref, to) ? value : []))
    : [];
  if (values.length === 0) {
    return 'title' in branch ? branch : { title: nameOf($ref), ...branch };
  }
  const { properties } = branch;
  if (!isJsonObject(properties) || !Object.hasOwn(properties, propertyName)) return branch;
  const property = properties[propertyName];
  if (!isJsonObject(property) || 'enum' in property || 'const' in property) return branch;
  const tag = values.length === 1 ? { const: values[0] } : { enum: values };
  return { ...branch, properties: { ...properties, [propertyName]: { ...property, ...tag } } };
}

function isTo($ref: string, to: unknown): boolean {
  return to === $ref || `#/components/schemas/${to}` === $ref;
}

function nameOf($ref: string): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}
