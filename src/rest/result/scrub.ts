/** What stands in place of what was taken out. */
const HIDDEN = '…';

/** The shortest secret that is looked for: what is shorter is in any text. */
const SHORTEST = 8;

/** Takes out of a text where the API is, and the secrets that it was sent. */
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

/** A name without a dot, such as that of a container, may be any word, unless it stands in a URL. */
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
    // Some APIs have the key in the path. Errors repeat what was asked for as it was written, or decoded.
    ...pathname.split('/').filter(isLikeKey),
    ...[...searchParams.values(), ...search.split(/[?&=]/)].flatMap(piecesOf),
  ];
}

/** The shortest part of a path that may be a key: words are shorter, or have no digit. */
const SHORTEST_KEY = 16;

function isLikeKey(segment: string): boolean {
  return segment.length >= SHORTEST_KEY && /\d/.test(segment);
}

/** Of `Bearer abc` the second word as well, and of `Basic` what is encoded in it. */
function piecesOf(secret: string): string[] {
  const [, encoded] = /^basic +(\S+)$/i.exec(secret) ?? [];
  const user = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const pieces = [secret, ...secret.split(/[\s,;=]+/), user, user.slice(user.indexOf(':') + 1)];
  return pieces.filter((piece) => piece.length >= SHORTEST);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
