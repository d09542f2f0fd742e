import { setImmediate } from 'node:timers/promises';
import type { ListFilter } from '../context.ts';
import { editsOfEvent, readEvent } from '../mcp/event-data.ts';
import { EventSplitter } from '../mcp/event-splitter.ts';
import { findLists } from '../mcp/listed-items.ts';
import { applyEdits } from '../mcp/text-edit.ts';
import { decodeUtf8 } from '../mcp/utf8.ts';
import type { BodyEdit, BodyEditor, Give } from './body-editor.ts';
import { hideItems, MAX_HELD } from './hide-items.ts';

/** Cuts out of one event what the caller may not see; undefined where there is nothing to cut. */
type Cut = (() => Promise<Buffer>) | undefined;

/**
 * An event stream without what the caller may not see in its lists. It goes on event by event, and
 * waits for policies only where there is a list.
 */
export class EventLists implements BodyEditor {
  readonly isHeld = false;
  /** A length, if it had one, could not be kept. */
  readonly edit: BodyEdit = {};
  readonly #filter: ListFilter;
  readonly #splitter = new EventSplitter(MAX_HELD);
  #isFirst = true;

  constructor(filter: ListFilter) {
    this.#filter = filter;
  }

  push(chunk: Buffer, give: Give): Promise<void> | undefined {
    return this.#pass(this.#splitter.push(chunk), give, 0);
  }

  end(give: Give): Promise<void> | undefined {
    // There are readers for whom the end of the stream ends an event as well.
    return this.#pass([this.#splitter.rest()], give, 0);
  }

  #pass(events: readonly Buffer[], give: Give, from: number): Promise<void> | undefined {
    for (let i = from; i < events.length; i++) {
      const event = events[i] as Buffer;
      const cut = this.#cutFor(event);
      if (cut !== undefined) return this.#passCut(cut, events, give, i);
      give(event);
    }
    return undefined;
  }

  async #passCut(
    cut: () => Promise<Buffer>,
    events: readonly Buffer[],
    give: Give,
    at: number,
  ): Promise<void> {
    give(await cut());
    // One event with a list in each turn of the event loop: others wait as well.
    await setImmediate();
    await this.#pass(events, give, at + 1);
  }

  #cutFor(bytes: Buffer): Cut {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const text = decodeUtf8(bytes);
    if (text === undefined) throw new Error('An event is not UTF-8');
    const event = readEvent(text, isFirst);
    const found = findIn(event.type, event.data, this.#filter.methods);
    if (found === undefined || found.lists.length === 0) return undefined;
    return async () => {
      const edits = await hideItems(found, this.#filter);
      if (edits.length === 0) return bytes;
      return Buffer.from(applyEdits(text, editsOfEvent(event, edits)));
    };
  }
}

function findIn(type: string, data: string, methods: ReadonlySet<string>) {
  try {
    return findLists(data, methods);
  } catch (error) {
    // Only events of the type `message`, which is the default, are messages to a client of MCP.
    if (type === '' || type === 'message') throw error;
    return undefined;
  }
}
