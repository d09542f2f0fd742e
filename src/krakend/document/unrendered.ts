import { isComment } from '../fields/object.ts';
import type { Notes } from '../notes.ts';

/** In these namespaces a text may look like anything. */
const OF_OTHERS: readonly string[] = [
  'documentation/openapi',
  'documentation/postman',
  'validation/json-schema',
  'validation/response-json-schema',
];

const VARIABLE = /\$\{[A-Za-z_][^{}]*\}|^\$[A-Z_][A-Z0-9_]*$/;
const PART_OF_TEXT = /\$[A-Z][A-Z0-9_]+/;

/** Notes placeholders that another program should have replaced. */
export function refuseUnrendered(notes: Notes, value: unknown): void {
  if (typeof value === 'string') {
    refuseText(notes, value);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, own] of Object.entries(value)) {
    const place = notes.at(Array.isArray(value) ? Number(key) : key);
    // KrakenD without Enterprise takes this key for a comment, so the contents of the other file would be
    // missing.
    if (key === '$ref') place.refuse(`this stands for another file: ${RENDER_IT}`);
    if (!isComment(key) && !OF_OTHERS.includes(key)) refuseUnrendered(place, own);
  }
}

/** What to do with a template. */
export const RENDER_IT = 'let KrakenD render it first, FC_OUT keeps what it renders';

function refuseText(notes: Notes, text: string): void {
  const [variable] = VARIABLE.exec(text) ?? [];
  if (variable !== undefined) {
    notes.refuse(
      `${variable} is not replaced, by KrakenD neither; replace it first, with envsubst for instance`,
    );
  } else if (/\{\{.*\}\}/s.test(text)) {
    notes.refuse(`this is a template of the flexible configuration: ${RENDER_IT}`);
  } else {
    const [part] = PART_OF_TEXT.exec(text) ?? [];
    if (part !== undefined) notes.warn(`${part} is not replaced, by KrakenD neither`);
  }
}
