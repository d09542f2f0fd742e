/**
 * Whether two URLs have the same scheme, host and port. `origin` does not say so: that of
 * `blob:http://host/path` is `http://host`, and its path is `http://host/path`.
 */
export function isSameOrigin(one: URL, other: URL): boolean {
  return one.protocol === other.protocol && one.host === other.host;
}
