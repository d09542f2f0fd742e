import { randomUUID } from 'node:crypto';
import type { BodyMember } from '../plan/request-plan.ts';
import { bytesOf } from './base64.ts';
import type { EncodedBody, GivenMember } from './encoded-body.ts';
import { scalarText, wellFormed } from './scalar.ts';

/**
 * `multipart/form-data` (RFC 7578): lists item by item, objects as JSON, files as bytes. `FormData` would
 * give JSON a file name, so that servers take it for a file.
 */
export function multipartOf(given: readonly GivenMember[]): EncodedBody {
  // A client cannot guess the boundary, so that it cannot put one into a part.
  const boundary = `----${randomUUID()}`;
  const parts = given.flatMap(([member, value]) => {
    if (value === undefined || value === null) return [];
    const items = Array.isArray(value) ? value : [value];
    return items.flatMap((item) => partOf(boundary, member, item));
  });
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function partOf(boundary: string, member: BodyMember, item: unknown): Buffer[] {
  const { name, argument, form, mediaType } = member;
  const isFile = form === 'base64';
  const quoted = escapedName(name);
  const type =
    mediaType ??
    (isFile
      ? 'application/octet-stream'
      : typeof item === 'object'
        ? 'application/json'
        : undefined);
  const head = [
    `--${boundary}`,
    `Content-Disposition: form-data; name="${quoted}"${isFile ? `; filename="${quoted}"` : ''}`,
    ...(type === undefined ? [] : [`Content-Type: ${type}`]),
    '',
    '',
  ].join('\r\n');
  const bytes = isFile
    ? bytesOf(item, argument)
    : Buffer.from(wellFormed(scalarText(item), argument));
  return [Buffer.from(head), bytes, Buffer.from('\r\n')];
}

/** A name as browsers write it (WHATWG HTML, "multipart/form-data encoding algorithm"). */
function escapedName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
