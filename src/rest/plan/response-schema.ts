import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, type JsonObject } from '../json.ts';
import { translateSchema } from '../schema/translate-schema.ts';
import { Inexpressible } from './inexpressible.ts';

/**
 * The schema of a successful answer of an operation. @throws {Inexpressible} where there is no schema of a
 * JSON answer.
 */
export function responseSchema(
  spec: JsonObject,
  { references, version }: OpenApiDocument,
): JsonObject {
  const responses = Object.entries(asObject(spec.responses) ?? {})
    .filter(([status]) => /^(?:2\d\d|2XX|default)$/i.test(status))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [, written] of responses) {
    const content = Object.entries(asObject(references.follow(written)?.content) ?? {});
    const [, media] =
      content.find(([type]) => /^application\/(?:[\w.-]+\+)?json\b/i.test(type)) ?? [];
    const { schema } = references.follow(media) ?? {};
    if (schema === undefined) continue;
    const resolve = (ref: string) => references.resolve(ref);
    return translateSchema(schema, { direction: 'response', version, resolve }).schema;
  }
  throw new Inexpressible('has no schema of a JSON answer, which outputSchema asks for');
}
