import { setTimeout } from 'node:timers/promises';

/** Far longer than any step takes on a busy machine, so only a state that never comes is missed. */
const LONGEST_MS = 60_000;
const BETWEEN_LOOKS_MS = 100;

/** Waits until something holds; gives whether it ever did. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  longestMs: number = LONGEST_MS,
): Promise<boolean> {
  const end = Date.now() + longestMs;
  while (!(await holds())) {
    if (Date.now() > end) return false;
    await setTimeout(BETWEEN_LOOKS_MS);
  }
  return true;
}
