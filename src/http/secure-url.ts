const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether no attacker on the way can change the answers of a URL. */
function isSecure({ protocol, hostname }: URL, allowsHttp: boolean): boolean {
  return protocol === 'https:' || (protocol === 'http:' && (allowsHttp || LOOPBACK.test(hostname)));
}

/**
 * Reads a URL that may be fetched: secure, and without credentials.
 *
 * @param allowsHttp - Whether the operator has said that no attacker is on the way.
 */
export function secureUrl(value: unknown, allowsHttp = false): URL | undefined {
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSecure(url, allowsHttp) && url.username === '' && url.password === '' ? url : undefined;
}
