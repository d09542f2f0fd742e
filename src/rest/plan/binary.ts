import type { References } from '../document/references.ts';

/** Whether a part of a form is a file: `format: binary` in 3.0, a media type without an encoding in 3.1. */
export function isBinary(schema: unknown, references: References): boolean {
  const object = references.follow(schema);
  if (object === undefined) return false;
  if (object.type === 'array') return isBinary(object.items, references);
  return (
    object.format === 'binary' ||
    (object.contentEncoding === undefined &&
      typeof object.contentMediaType === 'string' &&
      !/^text\/|json/.test(object.contentMediaType))
  );
}
