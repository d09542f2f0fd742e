/** The longest event that is waited for; an endpoint is a URL. */
const MAX_EVENT = 8 * 1024;

const LINE_END = String.raw`(?:\r\n|\n|\r(?!\n))`;
const EVENT_END = new RegExp(`(?:^|${LINE_END})${LINE_END}`);
const LINES = new RegExp(LINE_END);

/**
 * The beginning of a stream of the 2024-11-05 transport, in which the server names the URL for the
 * client's messages: that URL is replaced, and not another byte. Everything is passed on event by
 * event until then, and as it comes afterwards.
 *
 * @see MCP 2024-11-05, "HTTP with SSE"
 */
export class EndpointEvent {
  readonly #replace: (url: string) => string | undefined;
  #held: Buffer = Buffer.alloc(0);
  /** Whether the event has been found. */
  isOver = false;

  /** `replace` gives the URL that the client is to see; undefined where it must not see this one. */
  constructor(replace: (url: string) => string | undefined) {
    this.#replace = replace;
  }

  /**
   * Takes the next bytes of the stream and gives those that can be passed on.
   *
   * @throws where the event names no URL that a client may use, or does not end.
   */
  push(chunk: Uint8Array): Buffer {
    this.#held = Buffer.concat([this.#held, chunk]);
    const passed: Buffer[] = [];
    while (!this.isOver) {
      const event = this.#takeEvent();
      if (event === undefined) return Buffer.concat(passed);
      passed.push(this.#rewritten(event));
    }
    return Buffer.concat([...passed, this.rest()]);
  }

  /** What is held back still. */
  rest(): Buffer {
    const rest = this.#held;
    this.#held = Buffer.alloc(0);
    return rest;
  }

  #takeEvent(): Buffer | undefined {
    const end = EVENT_END.exec(this.#held.toString('latin1'));
    const length = end === null ? this.#held.length : end.index + end[0].length;
    if (length > MAX_EVENT)
      throw new Error(`An event before 'endpoint' is over ${MAX_EVENT} bytes`);
    if (end === null) return undefined;
    const event = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return event;
  }

  #rewritten(event: Buffer): Buffer {
    const text = event.toString('latin1');
    const lines = text.split(LINES);
    if (!lines.some((line) => /^event: ?endpoint$/.test(line))) return event;
    const [data = '', ...others] = lines.filter((line) => /^data(:|$)/.test(line));
    const [, field = '', url = ''] = /^(data: ?)(.+)$/.exec(data) ?? [];
    const replaced =
      others.length === 0 ? this.#replace(Buffer.from(url, 'latin1').toString()) : undefined;
    if (url === '' || replaced === undefined) {
      throw new Error("The event 'endpoint' names no URL at the upstream's own origin");
    }
    this.isOver = true;
    // A function, because `$` means something in a replacement text.
    return Buffer.from(
      text.replace(data, () => field + replaced),
      'latin1',
    );
  }
}
