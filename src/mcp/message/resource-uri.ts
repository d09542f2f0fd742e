/** Schemes whose URLs are taken apart alike everywhere (WHATWG URL, "special scheme"). */
const SPECIAL = /^(?:file|ftp|https?|wss?):/i;
const PARTS = /^([a-z][a-z\d+.-]*:)(\/\/[^/?#]*)?([^?#]*)(.*)$/is;
/** What `URL` may or may not write in percent-encoding: templates have braces, people have letters. */
const ENCODABLE = /[^!-~]|["'<>\\^`{|}]/gu;
const ENCODED_SEPARATOR = /%(?:00|2f|5c)/i;
const DOT_SEGMENT = /(?:^|[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:$|[/\\]|%2f|%5c)/i;

/**
 * Whether all servers find the same resource under a URI. Many look up what `new URL` makes of it,
 * which resolves `..` and `%2e`, turns backslashes around and drops tabs, and some decode `%2f`: a
 * policy that compares the text would be told of another resource.
 *
 * Case of scheme and host may differ, and the slash behind a host alone may be missing. What is no
 * URL, or one without slashes (`urn:isbn:1`), is compared as text by everybody.
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

/** The URI without what may differ. */
function normal(uri: string): string {
  const [, scheme = '', authority = '', path = '', rest = ''] = PARTS.exec(uri) ?? [];
  const root = path === '' && authority !== '' && SPECIAL.test(scheme) ? '/' : path;
  return scheme.toLowerCase() + encoded(authority).toLowerCase() + encoded(root) + encoded(rest);
}

function encoded(text: string): string {
  return text.replaceAll(ENCODABLE, (char) => (char === "'" ? '%27' : encodeURIComponent(char)));
}
