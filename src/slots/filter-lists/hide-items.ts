import { setImmediate } from 'node:timers/promises';
import type { TextEdit } from '../../mcp/json/text-edit.ts';
import { cuts, type FoundList, type FoundLists } from '../../mcp/lists/listed-items.ts';
import type { ListFilter } from './list-filter.ts';

/** What is held of an answer at once: a whole body, or one event. */
export const MAX_HELD: number = 4 * 1024 * 1024;

/** How many items policies are asked about at once; then others get their turn. */
const AT_ONCE = 32;

/** What makes the lists those that the caller may see. */
export async function hideItems(
  { lists, privacy }: FoundLists,
  filter: ListFilter,
): Promise<TextEdit[]> {
  const edits: (readonly TextEdit[])[] = [privacy];
  for (const list of lists) edits.push(cuts(list.items, await judgeItems(list, filter)));
  return edits.flat().sort((a, b) => a.start - b.start);
}

async function judgeItems({ kind, items }: FoundList, filter: ListFilter): Promise<boolean[]> {
  const keeps: boolean[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    if (i > 0) await setImmediate();
    const some = items.slice(i, i + AT_ONCE);
    keeps.push(
      ...(await Promise.all(some.map(({ name }) => filter.allows(kind.itemMethod, name)))),
    );
  }
  return keeps;
}
