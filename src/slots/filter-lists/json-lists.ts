import type { BodyEdit, BodyEditor, Give } from '../../body-editor.ts';
import { HeldBytes } from '../../http/held-bytes.ts';
import { applyEdits } from '../../mcp/json/text-edit.ts';
import { decodeUtf8 } from '../../mcp/json/utf8.ts';
import { type FoundLists, findLists } from '../../mcp/lists/listed-items.ts';
import { hideItems, MAX_HELD } from './hide-items.ts';
import type { ListFilter } from './list-filter.ts';

/** A JSON body without what the caller may not see in its lists. */
export class JsonLists implements BodyEditor {
  readonly isHeld = true;
  edit: BodyEdit | undefined;
  readonly #filter: ListFilter;
  readonly #held = new HeldBytes(MAX_HELD);

  constructor(filter: ListFilter) {
    this.#filter = filter;
  }

  push(chunk: Buffer): undefined {
    this.#held.push(chunk);
  }

  end(give: Give): Promise<void> | undefined {
    const bytes = this.#held.take();
    const text = decodeUtf8(bytes);
    if (text === undefined) throw new Error('An answer to a request for a list is not UTF-8');
    const found = findLists(text, this.#filter.methods);
    if (found.lists.length > 0) return this.#give(give, bytes, text, found);
    give(bytes);
    return undefined;
  }

  async #give(give: Give, bytes: Buffer, text: string, found: FoundLists): Promise<void> {
    const edits = await hideItems(found, this.#filter);
    if (edits.length === 0) {
      give(bytes);
      return;
    }
    const edited = Buffer.from(applyEdits(text, edits));
    this.edit = { length: edited.length };
    give(edited);
  }
}
