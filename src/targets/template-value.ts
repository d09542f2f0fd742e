/**
 * Control characters, C1 among them, and halves of surrogate pairs, which have no encoding. Also control
 * characters that are still encoded: a server behind the upstream may decode more than once.
 */
const UNSENDABLE = /[\p{Cc}\p{Cs}]|%(?:25)*(?:[01][\da-f]|7f)/iu;

/** Dots and slashes, however often they are encoded, for the same reason. */
const DOT = String.raw`(?:\.|%(?:25)*2e)`;
const SLASH = String.raw`(?:[/\\]|%(?:25)*(?:2f|5c))`;
/** Blanks, which parsers of URLs take off both ends. */
const BLANKS = '(?: |%(?:25)*20)*';
/**
 * Some servers take what follows a semicolon off a segment before they look at it. A server that puts the
 * decoded value into another URL ends the path at a question mark or a number sign.
 */
const END = '(?:[;?#]|%(?:25)*(?:3b|3f|23))';
const DOT_SEGMENT = new RegExp(
  `(?:^|${SLASH})${BLANKS}${DOT}{1,2}${BLANKS}(?:$|${SLASH}|${END})`,
  'i',
);

/**
 * Why a parameter of a route may not be sent as a value of a target; undefined where it may. The text
 * ends a sentence that begins with the name of the parameter.
 */
export function valueProblem(value: unknown): string | undefined {
  if (value === undefined || value === '') return 'is empty';
  if (Array.isArray(value)) return 'is a list of segments, of a wildcard; a target takes one';
  if (typeof value !== 'string') return 'is no text';
  if (UNSENDABLE.test(value)) return 'has a control character, or half of a surrogate pair';
  return DOT_SEGMENT.test(value) ? "has '.' or '..' in place of a path segment" : undefined;
}

/**
 * A value as one segment, or as a part of one, or as one value of a query: everything but the unreserved
 * characters is encoded, so that none of it can be a delimiter.
 *
 * @see RFC 3986 sections 2.3 and 3.3
 */
export function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, encodeDelimiter);
}

/** Encodes a character that `encodeURIComponent` leaves as it is. */
function encodeDelimiter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
