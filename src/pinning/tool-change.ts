import { differences } from './difference.ts';
import type { ToolChange } from './reports.ts';
import type { ToolList } from './tool-list.ts';

/** How many fields are named. */
const MOST_FIELDS = 6;

/** The change to tell of a tool that is not as it was approved. */
export function changeOf(
  list: ToolList,
  name: string,
  state: 'new' | 'changed' | 'gone',
): ToolChange {
  const hash = list.seen.get(name)?.hash;
  return {
    name,
    key: JSON.stringify([list.label, name, state, state === 'gone' ? undefined : hash]),
    what: inWords(list, name, state),
  };
}

/** The state of a tool in words, for observers. */
export function inWords(list: ToolList, name: string, state: 'new' | 'changed' | 'gone'): string {
  if (state === 'new') return 'is new';
  if (state === 'gone') return 'is gone';
  const seen = list.seen.get(name);
  if (seen === undefined) return 'has changed: a list of tools could not be read';
  if (seen.hash === '') return 'has changed: it stands twice in a list';
  if (seen.isUnclear) return 'has changed: readers could understand it differently';
  const rows = differences(list.pins.get(name), seen);
  const fields = [...new Set(rows.map(({ field }) => field))].slice(0, MOST_FIELDS);
  return fields.length === 0 ? 'has changed' : `has changed: ${fields.join(', ')}`;
}
