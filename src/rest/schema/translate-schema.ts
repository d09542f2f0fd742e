import type { JsonObject } from '../../mcp/json/json-object.ts';
import type { SchemaContext } from './schema-context.ts';
import { Translation } from './translation.ts';

/** A schema of JSON Schema 2020-12 without references. */
export interface TranslatedSchema {
  readonly schema: JsonObject;
  /** Where it accepts more than the schema it was made from, each as a sentence with the place. */
  readonly losses: string[];
}

/**
 * Translates a schema of OpenAPI 3.0 or 3.1 to JSON Schema 2020-12 with all references inlined: most models,
 * and many clients, take no others. A schema that contains itself is cut there and accepts anything; keywords
 * that no validator looks at (`xml`, `externalDocs`, names that begin with `x-`) are left out.
 *
 * @throws {UntranslatableSchema} where references lead out of the document or nowhere, where they come to a
 * schema that is too large, and where they have another base, by `$id`.
 */
export function translateSchema(source: unknown, context: SchemaContext): TranslatedSchema {
  const translation = new Translation(context);
  const schema = translation.start(source);
  return { schema, losses: [...translation.losses] };
}
