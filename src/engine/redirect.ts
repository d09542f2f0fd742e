import { isSameOrigin } from '../http/same-origin.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/**
 * Where an answer redirects to, without the fragment, which is never sent. `from` is the URL that was asked
 * for. Undefined where `Location` is missing, repeated, or no URL.
 *
 * @see RFC 9110 section 10.2.2
 */
export function redirectUrl({ rawHeaders }: UpstreamAnswer, from: URL): URL | undefined {
  const locations = rawHeaders.filter((_, i) => isLocation(rawHeaders[i - 1]) && i % 2 === 1);
  const [location] = locations;
  if (location === undefined || locations.length > 1 || !VISIBLE.test(location)) return undefined;
  if (!URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  url.hash = '';
  return url;
}

/** The characters of a URL: Node would give any other as the bytes that it came in. */
const VISIBLE = /^[!-~]*$/;

function isLocation(name: string | undefined): boolean {
  return name?.toLowerCase() === 'location';
}

/** Whether a redirect is followed with the same method and body. */
export function keepsMethod(status: number): boolean {
  return status === 307 || status === 308;
}

/** Whether a redirect keeps method and body, stays at the origin, and brings no credentials in its URL. */
export function staysAtOrigin(status: number, url: URL, from: URL): boolean {
  return keepsMethod(status) && isSameOrigin(url, from) && url.username + url.password === '';
}

/** Whether a redirect leads to the URL that was asked for, which must not get the same request twice. */
export function leadsToItself(url: URL, from: URL): boolean {
  return isSameOrigin(url, from) && requestTarget(url) === requestTarget(from);
}

/** Path and query in one spelling, in which no character is encoded without need (RFC 3986 section 6.2.2). */
function requestTarget({ pathname, search }: URL): string {
  return (pathname + search).replace(/%[\da-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
  });
}
