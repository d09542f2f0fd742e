import { setImmediate } from 'node:timers/promises';
import type { BodyEdit, BodyEditor, Give } from '../../body-editor.ts';
import { HeldBytes } from '../../http/held-bytes.ts';
import { editsOfEvent, readEvent } from '../../mcp/events/data.ts';
import { EventEnds } from '../../mcp/events/event-ends.ts';
import { hasHiddenField, mayBeMessage } from '../../mcp/events/other-readers.ts';
import { applyEdits } from '../../mcp/json/text-edit.ts';
import { decodeUtf8 } from '../../mcp/json/utf8.ts';
import { findLists } from '../../mcp/lists/listed-items.ts';
import type { ListUse } from './list-use.ts';
import { MAX_HELD } from './max-held.ts';
import { UnreadableEvent } from './unreadable-event.ts';

const OPEN_BRACE = 0x7b;

/** Reads the lists of one event, and cuts out what the caller may not see; undefined where there is none. */
type Cut = (() => Promise<Buffer>) | undefined;

/** A part of an event. */
interface Part {
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/**
 * Reads the lists in an event stream, and cuts out what the caller may not see. The stream goes on event by
 * event, and waits only where there is a list. No event can end it.
 */
export class EventLists implements BodyEditor {
  readonly isHeld = false;
  readonly #use: ListUse;
  readonly #ends = new EventEnds();
  readonly #held = new HeldBytes(MAX_HELD);
  #isFirst = true;
  /** The event under way, where it is too long to be held. */
  #long: UnreadableEvent | undefined;

  constructor(use: ListUse) {
    this.#use = use;
  }

  /** A filtered stream has no length that is known before its end. */
  get edit(): BodyEdit | undefined {
    return this.#use.filter === undefined ? undefined : {};
  }

  push(chunk: Buffer, give: Give): Promise<void> | undefined {
    const parts: Part[] = [];
    let start = 0;
    for (const end of this.#ends.push(chunk)) {
      parts.push({ bytes: chunk.subarray(start, end), isLast: true });
      start = end;
    }
    if (start < chunk.length) parts.push({ bytes: chunk.subarray(start), isLast: false });
    return this.#pass(parts, give, 0);
  }

  end(give: Give): Promise<void> | undefined {
    // For some readers, the end of the stream ends an event as well.
    return this.#pass([{ bytes: Buffer.alloc(0), isLast: true }], give, 0);
  }

  /** Passes on unchanged events together if they came together: an event may have a few bytes. */
  #pass(parts: readonly Part[], give: Give, from: number): Promise<void> | undefined {
    const unchanged: Buffer[] = [];
    const giveUnchanged = () => {
      if (unchanged.length > 0) give(Buffer.concat(unchanged));
    };
    for (let i = from; i < parts.length; i++) {
      const event = this.#take(parts[i] as Part, (bytes) => unchanged.push(bytes));
      if (event === undefined) continue;
      const cut = this.#cutFor(event);
      if (cut !== undefined) {
        giveUnchanged();
        return this.#passCut(cut, parts, give, i);
      }
      unchanged.push(event);
    }
    giveUnchanged();
    return undefined;
  }

  async #passCut(
    cut: () => Promise<Buffer>,
    parts: readonly Part[],
    give: Give,
    at: number,
  ): Promise<void> {
    give(await cut());
    // Only one event with a list in each turn of the event loop: other requests wait as well.
    await setImmediate();
    await this.#pass(parts, give, at + 1);
  }

  /** Gives an event that is complete now, unless it was too long. */
  #take({ bytes, isLast }: Part, give: Give): Buffer | undefined {
    if (this.#long === undefined && this.#held.length + bytes.length <= MAX_HELD) {
      this.#held.push(bytes);
      return isLast ? this.#held.take() : undefined;
    }
    let rest = bytes;
    if (this.#long === undefined) {
      rest = Buffer.concat([this.#held.take(), bytes]);
      this.#long = this.#unreadable(rest, new RangeError(`An event is over ${MAX_HELD} bytes`));
    } else this.#long.push(bytes);
    if (this.#long.passes) give(rest);
    else if (isLast) give(this.#long.replacement());
    if (isLast) {
      this.#long = undefined;
      this.#isFirst = false;
    }
    return undefined;
  }

  #unreadable(bytes: Buffer, cause: unknown): UnreadableEvent {
    return new UnreadableEvent(bytes, this.#isFirst, this.#use, cause);
  }

  #cutFor(bytes: Buffer): Cut {
    try {
      // A list is in an object.
      const mayHold = bytes.includes(OPEN_BRACE) && this.#use.mayBeIn(bytes);
      return mayHold ? this.#readableCut(bytes) : undefined;
    } catch (error) {
      const event = this.#unreadable(bytes, error);
      if (event.passes) return undefined;
      return async () => event.replacement();
    } finally {
      this.#isFirst = false;
    }
  }

  #readableCut(bytes: Buffer): Cut {
    const text = decodeUtf8(bytes);
    if (text === undefined) throw new Error('An event is not UTF-8');
    if (hasHiddenField(text)) throw new Error('An event has fields that some readers do not see');
    const event = readEvent(text, this.#isFirst);
    if (!mayBeMessage(event.type, text)) return this.#otherCut(bytes, text, event);
    return this.#listCut(bytes, text, event);
  }

  #otherCut(bytes: Buffer, text: string, event: ReturnType<typeof readEvent>): Cut {
    try {
      return this.#listCut(bytes, text, event);
    } catch {
      return undefined;
    }
  }

  #listCut(bytes: Buffer, text: string, event: ReturnType<typeof readEvent>): Cut {
    const found = findLists(event.data, this.#use.methods);
    if (found.lists.length === 0) return undefined;
    return async () => {
      const edits = await this.#use.read(event.data, found);
      if (edits.length === 0) return bytes;
      return Buffer.from(applyEdits(text, editsOfEvent(event, edits)));
    };
  }
}
