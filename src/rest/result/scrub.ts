/** The text that stands in place of what was taken out. */
const HIDDEN = '…';

/** The length of the shortest secret that is looked for: a shorter one may be a part of any text. */
const SHORTEST = 8;

/** Takes the place of the API, and the secrets that were sent to it, out of a text. */
export function scrubber(
  base: URL | undefined,
  secrets: readonly string[],
): (text: string) => string {
  const parts = [...placesOf(base), ...secrets.flatMap(piecesOf)].toSorted(
    (a, b) => b.length - a.length,
  );
  if (parts.length === 0) return (text) => text;
  const pattern = new RegExp(parts.map(escaped).join('|'), 'gi');
  return (text) => text.replace(pattern, HIDDEN);
}

/**
 * The texts that tell the place of the API. A name without a dot, such as that of a container, may be any
 * word: it is looked for only in a URL, or with its port.
 */
function placesOf(base: URL | undefined): string[] {
  if (base === undefined) return [];
  const { origin, host, hostname, port, pathname, search, searchParams } = base;
  const isWord = /^[\w-]+$/.test(hostname);
  return [
    origin,
    `//${host}`,
    `//${hostname}`,
    ...(port === '' && isWord ? [] : [host]),
    ...(isWord ? [] : [hostname]),
    // Some APIs have the key in the path. Errors repeat the URL as it was written, or decoded.
    ...pathname.split('/').filter(isLikeKey),
    ...[...searchParams.values(), ...search.split(/[?&=]/)].flatMap(piecesOf),
  ];
}

/** The shortest part of a path that may be a key: words are shorter, or have no digit. */
const SHORTEST_KEY = 16;

function isLikeKey(segment: string): boolean {
  return segment.length >= SHORTEST_KEY && /\d/.test(segment);
}

/**
 * The texts to look for in a secret: of `Bearer abc` the second word as well, and of `Basic` what is encoded
 * in it.
 */
function piecesOf(secret: string): string[] {
  const [, encoded] = /^basic +(\S+)$/i.exec(secret) ?? [];
  const user = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const pieces = [secret, ...secret.split(/[\s,;=]+/), user, user.slice(user.indexOf(':') + 1)];
  return pieces.filter((piece) => piece.length >= SHORTEST);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
