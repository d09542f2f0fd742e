/** Before the path, where a client sends a whole URL. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/**
 * The parts of a request target, split as routers do it: a client may send a whole URL, and `#`, which does not belong
 * there, ends it.
 *
 * @see RFC 9112 section 3.2
 */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const [, path = '', query = ''] =
    /^([^?#]*)(?:\?([^#]*))?/.exec(target.replace(ORIGIN, '')) ?? [];
  return { path, query };
}
