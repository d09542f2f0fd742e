/** What requests can be given to. */
export interface BusyCandidate {
  /** How much of the requests it is to get, compared with others. */
  readonly weight: number;
  /** Requests under way, streams too. */
  readonly open: number;
}

/**
 * Of two different candidates, drawn at random by their weights, the one that has fewer requests under way
 * for its weight; where both have the same, the one that was drawn first. A single candidate is taken as it
 * is; without candidates, the result is undefined.
 *
 * @param random - Gives a number from 0 up to 1.
 */
export function leastBusyOfTwo<T extends BusyCandidate>(
  candidates: readonly T[],
  random: () => number,
): T | undefined {
  if (candidates.length < 2) return candidates[0];
  const first = draw(candidates, undefined, random);
  const second = draw(candidates, first, random);
  const isSecondLess = first && second && second.open * first.weight < first.open * second.weight;
  return isSecondLess ? second : first;
}

/** One by weight, but not `except`. */
function draw<T extends BusyCandidate>(
  candidates: readonly T[],
  except: T | undefined,
  random: () => number,
): T | undefined {
  let total = 0;
  for (const candidate of candidates) if (candidate !== except) total += candidate.weight;
  let left = random() * total;
  let last: T | undefined;
  for (const candidate of candidates) {
    if (candidate === except) continue;
    last = candidate;
    left -= candidate.weight;
    if (left < 0) break;
  }
  return last;
}
