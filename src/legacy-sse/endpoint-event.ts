import type { BodyEdit, BodyEditor, Give } from '../body-editor.ts';
import { editsOfEvent, readEvent } from '../mcp/events/data.ts';
import { EventSplitter } from '../mcp/events/splitter.ts';
import { applyEdits } from '../mcp/json/text-edit.ts';
import { decodeUtf8 } from '../mcp/json/utf8.ts';

/** The longest event that is waited for, and how much may come before the one with the endpoint. */
const MAX_EVENT = 8 * 1024;
const MAX_BEFORE = 64 * 1024;

/**
 * Gives the URL that a client is to see instead of the announced one; undefined where it must not see
 * any.
 */
export type ReplaceUrl = (announced: string) => Promise<SeenEndpoint | undefined>;

/** An endpoint as the client sees it. */
export interface SeenEndpoint {
  readonly url: string;
  /** Called when it has gone to the client. */
  onPassed(): void;
}

/**
 * An event stream of the 2024-11-05 transport, at whose beginning the server names the URL for the
 * client's messages: that URL is replaced, and not another byte. Everything is passed on event by
 * event until then, and as it comes afterwards.
 *
 * @see MCP 2024-11-05, "HTTP with SSE"
 */
export class EndpointEvent implements BodyEditor {
  readonly isHeld = false;
  readonly edit: BodyEdit = {};
  readonly #replace: ReplaceUrl;
  readonly #splitter = new EventSplitter(MAX_EVENT);
  #passed = 0;
  #isFirst = true;
  #isFound = false;
  #seen: SeenEndpoint | undefined;

  constructor(replace: ReplaceUrl) {
    this.#replace = replace;
  }

  push(chunk: Buffer, give: Give): Promise<void> | undefined {
    if (!this.#isFound) return this.#look(chunk, give);
    give(chunk);
    return undefined;
  }

  end(give: Give): undefined {
    // Half an event means nothing to any reader, and may hold a URL that the client must not see.
    if (this.#isFound) give(this.#splitter.rest());
  }

  /** Looks line by line, so that the limits do not apply to what comes behind the event. */
  async #look(chunk: Buffer, give: Give): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && !this.#isFound) {
      const end = endOfLine(rest);
      for (const event of this.#splitter.push(rest.subarray(0, end))) {
        give(this.#isFound ? event : await this.#rewritten(event));
        this.#seen?.onPassed();
        this.#seen = undefined;
      }
      rest = rest.subarray(end);
    }
    give(rest);
  }

  async #rewritten(bytes: Buffer): Promise<Buffer> {
    const text = decodeUtf8(bytes);
    if (text === undefined) throw new Error("An event before 'endpoint' is not UTF-8");
    const event = readEvent(text, this.#isFirst);
    this.#isFirst = false;
    if (event.type !== 'endpoint') {
      this.#passed += bytes.length;
      if (this.#passed > MAX_BEFORE) throw new Error("The event 'endpoint' does not come");
      return bytes;
    }
    const isOne = event.lines.length === 1 && event.data !== '';
    this.#seen = isOne ? await this.#replace(event.data) : undefined;
    if (this.#seen === undefined) {
      throw new Error("The event 'endpoint' names no URL at the upstream's own origin");
    }
    this.#isFound = true;
    const edit = { start: 0, end: event.data.length, text: this.#seen.url };
    return Buffer.from(applyEdits(text, editsOfEvent(event, [edit])));
  }
}

/** The position behind the next LF or CR; the end of the bytes where there is none. */
function endOfLine(bytes: Buffer): number {
  const ends = [bytes.indexOf('\n'), bytes.indexOf('\r')].filter((end) => end !== -1);
  return ends.length === 0 ? bytes.length : Math.min(...ends) + 1;
}
