/** Schemes whose URLs all readers take apart alike (WHATWG URL, "special scheme"). */
const SPECIAL = /^(?:file|ftp|https?|wss?):/i;
const PARTS = /^([a-z][a-z\d+.-]*:)(\/\/[^/?#]*)?([^?#]*)(.*)$/is;
/**
 * Characters that `URL` may or may not percent-encode: templates have braces, and people write letters beyond
 * ASCII.
 */
const ENCODABLE = /[^!-~]|["'<>\\^`{|}]/gu;
const ENCODED_SEPARATOR = /%(?:00|2f|5c)/i;
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\]|%2f|%5c)/i;

/**
 * Whether all servers find the same resource under a URI. Many look up what `new URL` makes of it, which
 * resolves `..` and `%2e`, turns backslashes around and drops tabs, and some decode `%2f`: a policy that
 * compares the text would decide about another resource.
 *
 * Case of scheme and host may differ, and the slash behind a host alone may be missing. All servers compare a
 * text that is no URL, or a URL without slashes (`urn:isbn:1`), as text.
 */
export function isPlainUri(uri: string): boolean {
  const url = URL.parse(uri);
  if (url === null) return true;
  const parts = PARTS.exec(uri);
  if (parts === null || normal(uri) !== normal(url.href)) return false;
  const [, , authority, path = ''] = parts;
  if (authority === undefined && !path.startsWith('/')) return true;
  return !DOT_SEGMENT.test(path) && !(SPECIAL.test(uri) && ENCODED_SEPARATOR.test(path));
}

/** The URI without the differences that are allowed. */
function normal(uri: string): string {
  const [, scheme = '', authority = '', path = '', rest = ''] = PARTS.exec(uri) ?? [];
  const root = path === '' && authority !== '' && SPECIAL.test(scheme) ? '/' : path;
  return scheme.toLowerCase() + encoded(authority).toLowerCase() + encoded(root) + encoded(rest);
}

function encoded(text: string): string {
  return text.replaceAll(ENCODABLE, (char) => (char === "'" ? '%27' : encodeURIComponent(char)));
}
