import { hash } from 'node:crypto';

/** What keys can be given to. */
export interface PlacedCandidate {
  readonly url: URL;
  /** How much of the keys it is to get, compared with others. */
  readonly weight: number;
}

/**
 * The candidate that a key belongs to, by weighted rendezvous hashing: the same in every process and
 * whatever the order of the list. A candidate that goes leaves only its own keys to others; one that
 * comes takes its share from all. Undefined where there is none.
 */
export function rendezvous<T extends PlacedCandidate>(
  key: string,
  candidates: readonly T[],
): T | undefined {
  let best: T | undefined;
  let bestScore = -1;
  for (const candidate of candidates) {
    // -w / ln(h): the highest of such scores is that of a candidate with probability w / sum of all w.
    const score = -candidate.weight / Math.log(fractionOf(candidate.url.href, key));
    const isBest =
      score > bestScore || (score === bestScore && best && candidate.url.href < best.url.href);
    if (!isBest) continue;
    best = candidate;
    bestScore = score;
  }
  return best;
}

/** A number of 48 bits, above 0 and below 1. The line end separates the two texts: no URL has one in it. */
function fractionOf(url: string, key: string): number {
  const digest = hash('sha256', `${url}\n${key}`, 'buffer');
  return (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48;
}
