import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { gatherPieces } from '../../http/gathered-pieces.ts';
import { isEventStream } from '../../http/media-type.ts';
import type { UnfollowedRedirect, UpstreamAnswer } from '../upstream-answer.ts';
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
export class UndiciAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly isEventStream: boolean;
  readonly isOpenEnded: boolean;
  readonly body: UndiciBody;
  unfollowed: UnfollowedRedirect | undefined;

  constructor({ status, reason, httpVersion, fields }: ReadHead, flow: Flow) {
    this.status = status;
    this.reason = reason;
    this.httpVersion = httpVersion;
    this.rawHeaders = fields.map(textOf);
    this.headers = joinedHeaders(this.rawHeaders);
    const { 'content-length': length, 'content-encoding': coding = 'identity' } = this.headers;
    this.isEventStream = isEventStream(this.headers['content-type']);
    this.isOpenEnded = length === undefined && coding.toLowerCase() === 'identity';
    this.body = new UndiciBody(flow, this.headers);
    gatherPieces(this.body as unknown as IncomingMessage);
  }

  get contentTypes(): string {
    const values = this.rawHeaders.filter(
      (_, i) => i % 2 === 1 && this.rawHeaders[i - 1]?.toLowerCase() === 'content-type',
    );
    return values.join().toLowerCase();
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
