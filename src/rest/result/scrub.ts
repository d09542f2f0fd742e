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
  const { origin, host, hostname, port, searchParams } = base;
  const isWord = /^[\w-]+$/.test(hostname);
  return [
    origin,
    `//${host}`,
    `//${hostname}`,
    ...(port === '' && isWord ? [] : [host]),
    ...(isWord ? [] : [hostname]),
    ...[...searchParams.values()].flatMap(piecesOf),
  ];
}

/** Of `Bearer abc` the second word as well. */
function piecesOf(secret: string): string[] {
  return [secret, ...secret.split(/[\s,;=]+/)].filter((piece) => piece.length >= SHORTEST);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
