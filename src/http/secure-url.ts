const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether nobody on the way can change what it answers. */
function isSecure({ protocol, hostname }: URL, allowsHttp: boolean): boolean {
  return protocol === 'https:' || (protocol === 'http:' && (allowsHttp || LOOPBACK.test(hostname)));
}

/**
 * Reads a URL that may be fetched: secure, and without credentials.
 *
 * @param allowsHttp - Whether somebody has said that nobody on the way changes anything.
 */
export function secureUrl(value: unknown, allowsHttp = false): URL | undefined {
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSecure(url, allowsHttp) && url.username === '' && url.password === '' ? url : undefined;
}
