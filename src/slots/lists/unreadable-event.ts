import { errorText } from '../../errors.ts';
import { BodyEnds } from '../../http/body-ends.ts';
import { readEvent } from '../../mcp/events/data.ts';
import { mayBeMessage } from '../../mcp/events/other-readers.ts';
import { kindOfAnswer } from '../../mcp/lists/answer-kind.ts';
import { idAtEnd } from '../../mcp/request-id.ts';
import type { ListUse } from './list-use.ts';
import { ToolsScan } from './tools-scan.ts';

const BOM = Buffer.from('\ufeff');

/**
 * An event that cannot be read, because it is too long to be held or two readers could understand it
 * differently. If lists are filtered and it seems to hold one, the error for its request takes its place.
 * Otherwise it passes, and watchers are told if there may be a list of tools in it. The stream goes on in any
 * case, because the answers to other calls come on it as well.
 */
export class UnreadableEvent {
  /** Whether it goes to the client as it is. */
  readonly passes: boolean;
  readonly #id: string | undefined;
  readonly #fields: string;
  readonly #ends = new BodyEnds();
  readonly #use: ListUse;
  readonly #cause: unknown;
  readonly #isMessage: boolean;
  readonly #scan = new ToolsScan();

  /** `beginning` is the known part of the event: all of it, or as much as is held. */
  constructor(beginning: Buffer, isFirst: boolean, use: ListUse, cause: unknown) {
    const hasBom = isFirst && beginning.subarray(0, BOM.length).equals(BOM);
    const text = beginning.toString('latin1', hasBom ? BOM.length : 0);
    const { type, data } = readEvent(text, false);
    const isMessage = mayBeMessage(type, text);
    const { kind, id } = kindOfAnswer(data);
    this.#id = id === undefined ? use.idText : Buffer.from(id, 'latin1').toString();
    const isList = isMessage && kind !== 'other' && (kind === 'list' || this.#id !== undefined);
    this.#use = use;
    this.#cause = cause;
    this.#isMessage = isMessage;
    this.passes = use.filter === undefined || !isList;
    if (!this.passes) use.report(cause);
    // The `id` of the event is kept, because clients go on from there after an interruption.
    const [, eventId] = /(?:^|[\r\n])(id:[^\r\n]*)/.exec(text.slice(0, 4096)) ?? [];
    this.#fields = eventId === undefined ? '' : `${eventId}\n`;
    this.push(beginning);
  }

  /** Takes the next bytes of the event. */
  push(bytes: Buffer): void {
    if (!this.passes) this.#ends.push(bytes);
    else if (this.#isMessage && !this.#scan.isFound) {
      this.#scan.push(bytes);
      if (this.#scan.isFound) this.#use.unread(this.#cause);
    }
  }

  /** The event that takes its place; empty where it is not known which request it answers. */
  replacement(): Buffer {
    const id = this.#id ?? this.#lastId();
    if (id === undefined) return Buffer.alloc(0);
    const error = errorText('upstream_invalid', id);
    return Buffer.concat([
      Buffer.from(this.#fields, 'latin1'),
      Buffer.from(`event: message\ndata: ${error}\n\n`),
    ]);
  }

  /** Servers on the TypeScript SDK write the id behind the result. */
  #lastId(): string | undefined {
    const bytes = Buffer.concat([this.#ends.first(), this.#ends.last()]);
    const [front = '', ...lines] = bytes
      .toString('latin1')
      .trimEnd()
      .split(/\r\n|\n|\r/);
    const values = lines.flatMap((line) => /^data: ?(.*)$/s.exec(line)?.[1] ?? []);
    return idAtEnd([front, ...values].join('\n'));
  }
}
