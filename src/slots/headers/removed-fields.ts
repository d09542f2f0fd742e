import type { HeaderEdits } from '../../header-edits.ts';

/** Whether an edit takes a field out of the answer. Takes a folded name. */
export function isRemoved(folded: string, edits: readonly HeaderEdits[]): boolean {
  for (const { response } of edits) if (response.remove.has(folded)) return true;
  return false;
}
