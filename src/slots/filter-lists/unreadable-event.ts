import { errorText } from '../../errors.ts';
import { BodyEnds } from '../../http/body-ends.ts';
import { readEvent } from '../../mcp/events/data.ts';
import { kindOfAnswer } from '../../mcp/lists/answer-kind.ts';
import { idAtEnd } from '../../mcp/request-id.ts';
import type { ListFilter } from './list-filter.ts';

const BOM = Buffer.from('\ufeff');

/**
 * An event that cannot be filtered, because it is too long to be held or two readers could understand it
 * differently. Where it seems to hold a list, the error for its request takes its place; the stream goes
 * on in any case, because the answers to other calls come on it as well.
 */
export class UnreadableEvent {
  /** Whether it goes to the client as it is. */
  readonly passes: boolean;
  readonly #id: string | undefined;
  readonly #fields: string;
  readonly #ends = new BodyEnds();

  /** `beginning` is what is known of it: all of it, or as much as is held. */
  constructor(beginning: Buffer, isFirst: boolean, { idText }: ListFilter) {
    const hasBom = isFirst && beginning.subarray(0, BOM.length).equals(BOM);
    const text = beginning.toString('latin1', hasBom ? BOM.length : 0);
    const { type, data } = readEvent(text, false);
    const isMessage = type === '' || type === 'message';
    const { kind, id } = kindOfAnswer(data);
    this.#id = id === undefined ? idText : Buffer.from(id, 'latin1').toString();
    this.passes = !isMessage || kind === 'other' || (kind === 'unknown' && this.#id === undefined);
    // Clients go on from there after an interruption.
    const [, eventId] = /(?:^|[\r\n])(id:[^\r\n]*)/.exec(text.slice(0, 4096)) ?? [];
    this.#fields = eventId === undefined ? '' : `${eventId}\n`;
    this.push(beginning);
  }

  /** Takes note of more of it. */
  push(bytes: Buffer): void {
    if (!this.passes) this.#ends.push(bytes);
  }

  /** What comes in its place; nothing where nobody can say which request it answers. */
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
