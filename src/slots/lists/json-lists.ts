import type { BodyEdit, BodyEditor, Give } from '../../body-editor.ts';
import { HeldBytes } from '../../http/held-bytes.ts';
import { applyEdits } from '../../mcp/json/text-edit.ts';
import { decodeUtf8 } from '../../mcp/json/utf8.ts';
import { type FoundLists, findLists } from '../../mcp/lists/listed-items.ts';
import type { ListUse } from './list-use.ts';
import { MAX_HELD } from './max-held.ts';
import { ToolsScan } from './tools-scan.ts';

/** A body of up to this length goes on as a whole, with its head, which costs less. */
const SHORT = 64 * 1024;

/**
 * Reads the lists in a JSON body before the client has all of it. Where lists are filtered, the body is held
 * until then, and a body that cannot be read is not passed on. Otherwise only a short body is held. A longer
 * one goes on as it comes, except for its last piece, without which the client cannot read it; watchers are
 * told of a body that cannot be read.
 */
export class JsonLists implements BodyEditor {
  edit: BodyEdit | undefined;
  readonly #use: ListUse;
  readonly isHeld: boolean;
  readonly #held = new HeldBytes(MAX_HELD);
  #last: Buffer | undefined;
  /** The scan of a body that is too long to be held. */
  #scan: ToolsScan | undefined;

  /** @param length - The length of the body, as the upstream has announced it. */
  constructor(use: ListUse, length: number | undefined) {
    this.#use = use;
    this.isHeld = use.filter !== undefined || (length !== undefined && length <= SHORT);
  }

  push(chunk: Buffer, give: Give): undefined {
    if (this.isHeld) {
      this.#held.push(chunk);
      return;
    }
    this.#copy(chunk);
    if (this.#last !== undefined) give(this.#last);
    this.#last = chunk;
  }

  end(give: Give): Promise<void> | undefined {
    const bytes = this.#held.take();
    const rest = this.isHeld ? bytes : (this.#last ?? bytes);
    const read = this.#scan === undefined ? this.#read(bytes) : undefined;
    if (read !== undefined && read.found.lists.length > 0) return this.#give(give, rest, read);
    give(rest);
    return undefined;
  }

  #copy(chunk: Buffer): void {
    if (this.#scan === undefined && this.#held.length + chunk.length <= MAX_HELD) {
      this.#held.push(chunk);
      return;
    }
    const bytes = this.#scan === undefined ? Buffer.concat([this.#held.take(), chunk]) : chunk;
    this.#scan ??= new ToolsScan();
    this.#scanFor(this.#scan, bytes, new RangeError(`An answer is over ${MAX_HELD} bytes`));
  }

  #read(bytes: Buffer): ReadLists | undefined {
    if (!this.#use.mayBeIn(bytes)) return undefined;
    try {
      const text = decodeUtf8(bytes);
      if (text === undefined) throw new Error('An answer to a request for a list is not UTF-8');
      return { text, found: findLists(text, this.#use.methods) };
    } catch (error) {
      if (this.#use.filter !== undefined) throw error;
      this.#scanFor(new ToolsScan(), bytes, error);
      return undefined;
    }
  }

  #scanFor(scan: ToolsScan, bytes: Buffer, cause: unknown): void {
    const { isFound } = scan;
    scan.push(bytes);
    if (scan.isFound && !isFound) this.#use.unread(cause);
  }

  async #give(give: Give, rest: Buffer, { text, found }: ReadLists): Promise<void> {
    const edits = await this.#use.read(text, found);
    if (edits.length === 0) {
      give(rest);
      return;
    }
    const edited = Buffer.from(applyEdits(text, edits));
    this.edit = { length: edited.length };
    give(edited);
  }
}

interface ReadLists {
  readonly text: string;
  readonly found: FoundLists;
}
