import type { JsonObject } from '../json.ts';
import { mapSchemas } from './map-schemas.ts';

/** How long a description may be: every call of a model pays for all of them. */
const MOST_CHARACTERS = 1024;

/**
 * Characters that people do not see, but terminals and models obey: control characters, overrides of the
 * direction of a text, and the tags of Unicode, which spell ASCII.
 */
const UNSEEN = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e007f}]/gu;

/** The text, cut at a word where it is longer, and without characters that cannot be seen. */
export function shorten(text: string): string {
  // The text may be very long, so only its beginning is looked at.
  const seen = text
    .slice(0, 4 * MOST_CHARACTERS)
    .toWellFormed()
    .replace(UNSEEN, '')
    .trim();
  if (seen.length <= MOST_CHARACTERS) return seen;
  const cut = seen.slice(0, MOST_CHARACTERS - 1).toWellFormed();
  return `${cut.replace(/\s+\S*$/, '')}…`;
}

/** Shortens all titles and descriptions of a schema. */
export function withShortTexts(schema: JsonObject): JsonObject {
  return mapSchemas(schema, (one) => {
    const { title, description } = one;
    return {
      ...one,
      ...(typeof title === 'string' && { title: shorten(title) }),
      ...(typeof description === 'string' && { description: shorten(description) }),
    };
  });
}
