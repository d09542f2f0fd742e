import { setImmediate } from 'node:timers/promises';
import type { ListedTool } from '../slots/lists/list-watch.ts';
import { readTool } from './tool-definition.ts';
import { type DefinedTool, unequalTool } from './tool-list.ts';

/** How many characters of definitions are hashed in one turn of the event loop: some milliseconds. */
const CHARACTERS_A_TURN = 256 * 1024;

/** The tools of a list, each once. A long list is read in parts, with other work in between. */
export async function defineTools(tools: readonly ListedTool[]): Promise<DefinedTool[]> {
  const defined = new Map<string, DefinedTool>();
  let left = CHARACTERS_A_TURN;
  for (const { name, text } of tools) {
    const tool = { name, definition: readTool(text), length: text.length };
    const before = defined.get(name);
    const isOther = before !== undefined && before.definition.hash !== tool.definition.hash;
    defined.set(name, isOther ? unequalTool(tool) : tool);
    left -= text.length + COST_OF_ONE;
    if (left > 0) continue;
    await setImmediate();
    left = CHARACTERS_A_TURN;
  }
  return [...defined.values()];
}

/** What a tool costs besides its text, in characters. */
const COST_OF_ONE = 256;
