import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { gatherPieces } from '../../http/gathered-pieces.ts';
import { ReadAnswer } from '../read-answer.ts';
import { joinedHeaders } from './joined-headers.ts';

/** What lets the connection go on, or wait. */
export interface Flow {
  pause(): void;
  resume(): void;
}

/** The head of an answer as undici's parser gives it. */
export interface ReadHead {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly fields: readonly Uint8Array[];
}

/** An answer that undici has read. */
export class UndiciAnswer extends ReadAnswer {
  readonly body: UndiciBody;

  constructor({ status, reason, httpVersion, fields }: ReadHead, flow: Flow) {
    const rawHeaders = fields.map(textOf);
    super({ status, reason, httpVersion, rawHeaders, headers: joinedHeaders(rawHeaders) });
    this.body = new UndiciBody(flow, this.headers);
    gatherPieces(this.body as unknown as IncomingMessage);
  }

  get isComplete(): boolean {
    return this.body.isComplete;
  }
}

/** As Node's parser reads fields: a byte is a character, and white space behind a value is none of it. */
function textOf(bytes: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = bytes;
  let end = byteLength;
  while (end > 0 && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end -= 1;
  return Buffer.from(buffer, byteOffset, end).toString('latin1');
}

/** The bytes of an answer. */
class UndiciBody extends Readable {
  /** For who gathers its pieces. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  isComplete = false;
  readonly #flow: Flow;

  constructor(flow: Flow, headers: Readonly<IncomingHttpHeaders>) {
    super();
    this.#flow = flow;
    this.headers = headers;
  }

  override _read(): void {
    this.#flow.resume();
  }

  /** Takes what has come; the connection waits where more is not wanted. */
  receive(chunk: Uint8Array): void {
    // llhttp tells of none when it goes on behind a pause.
    if (chunk.length > 0 && !this.push(chunk)) this.#flow.pause();
  }

  /** All of it has come. */
  complete(): void {
    this.isComplete = true;
    this.push(null);
  }
}
