import { isFieldName, isFieldValue } from '../http/field.ts';
import type { DescribedRequest } from './described-request.ts';

/**
 * The header lines of a described request, names and values in turn: those that are given, as Node's parser would
 * give them, and those that every client adds to a body.
 *
 * @throws {TypeError} for those that Node would refuse before a gateway hears of them.
 */
export function headerLines(request: DescribedRequest, body: Buffer | undefined): string[] {
  const lines = linesOf(request);
  const added = addedLines(lines, request, body);
  checkFraming(lines, body);
  return [...lines, ...added].flat();
}

type Line = readonly [name: string, value: string];

function linesOf({ headers = {} }: DescribedRequest): Line[] {
  return Object.entries(headers).flatMap(([name, given]) => {
    if (given === undefined) return [];
    if (!isFieldName(name)) throw new TypeError(`\`request.headers\`: '${name}' is no header name`);
    return [given].flat().map((value): Line => {
      // The value may be a secret: it is not in the error.
      if (!isFieldValue(value)) {
        throw new TypeError(`\`request.headers['${name}']\` is no header value`);
      }
      return [name, value.replace(/^[\t ]+|[\t ]+$/g, '')];
    });
  });
}

function addedLines(
  lines: readonly Line[],
  { message }: DescribedRequest,
  body: Buffer | undefined,
): Line[] {
  if (body === undefined) return [];
  const has = (name: string) => valuesOf(lines, name).length > 0;
  const isSized = has('content-length') || has('transfer-encoding');
  const isTyped = message === undefined || has('content-type');
  return [
    ...(isTyped ? [] : [['Content-Type', 'application/json'] as const]),
    ...(isSized ? [] : [['Content-Length', String(body.length)] as const]),
  ];
}

/** Two readers must not see the end of a message in different places (RFC 9112 section 6). */
function checkFraming(lines: readonly Line[], body: Buffer | undefined): void {
  const lengths = valuesOf(lines, 'content-length');
  const codings = valuesOf(lines, 'transfer-encoding');
  const isReadable = /^(?:(?!chunked\b)[^,]+,\s*)*[^,]+$/i.test(codings.join(', '));
  if (codings.length > 0 && (!isReadable || lengths.length > 0)) {
    throw new TypeError(
      "`request.headers['Transfer-Encoding']` has 'chunked' at its end alone, and no Content-Length beside it",
    );
  }
  const [length = ''] = lengths;
  const size = body?.length ?? 0;
  const isSize = lengths.length === 1 && /^\d+$/.test(length) && Number(length) === size;
  if (lengths.length > 0 && !isSize) {
    throw new TypeError(
      `\`request.headers['Content-Length']\` is the length of the body, ${size}, or left out`,
    );
  }
  const expected = valuesOf(lines, 'expect').join(', ');
  // As Node reads it: it answers any other itself, with 417.
  if (expected !== '' && !/(?:^|\W)100-continue(?:$|\W)/i.test(expected)) {
    throw new TypeError("`request.headers['Expect']` is '100-continue', or left out");
  }
}

function valuesOf(lines: readonly Line[], name: string): string[] {
  return lines.flatMap(([given, value]) => (given.toLowerCase() === name ? [value] : []));
}
