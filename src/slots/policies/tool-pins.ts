import { plain } from '../../lib/plain-error.ts';
import type { ToolPin } from './tool-pin.ts';
import type { ToolWatch } from './tool-watch.ts';

/** What all watches know of tools. */
export function pinsOf(watches: readonly ToolWatch[]): ToolPin[] {
  return watches.flatMap((watch) => watch.pins());
}

/** Approves a tool in each watch that knows it. */
export async function approveIn(
  watches: readonly ToolWatch[],
  name: string,
  hash: string | undefined,
): Promise<void> {
  if (typeof name !== 'string') throw plain(new TypeError('The name of a tool is a text'));
  if (hash !== undefined && typeof hash !== 'string') {
    throw plain(new TypeError('The hash of a tool is a text'));
  }
  let isKnown = false;
  for (const watch of watches) isKnown = (await watch.approve(name, hash)) || isKnown;
  if (!isKnown) throw plain(new RangeError(UNKNOWN));
}

const UNKNOWN =
  'No toolPinning() in policies knows a tool of this name that was seen with this hash last; pins() says ' +
  'which there are';
