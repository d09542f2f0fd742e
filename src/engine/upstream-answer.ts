import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { gatherPieces } from '../http/gathered-pieces.ts';
import { isEventStream } from '../http/media-type.ts';

/** An answer of the upstream, from the moment that its head has been read. */
export interface UpstreamAnswer {
  readonly status: number;
  /** The reason phrase, as it came. */
  readonly reason: string;
  /** The version of HTTP, like `1.1`. */
  readonly httpVersion: string;
  /** Names and values in turn, spelled and ordered as they came. */
  readonly rawHeaders: readonly string[];
  /** By lower-case name, joined as Node joins them. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Every value of `Content-Type`, in lower case: readers differ in which one they take. */
  readonly contentTypes: string;
  readonly isEventStream: boolean;
  /**
   * Whether its body can be added to or ended early without breaking it: neither its length is fixed
   * nor are its bytes encoded.
   */
  readonly isOpenEnded: boolean;
  /** Whether all of it has come. */
  readonly isComplete: boolean;
  /** Written by `followRedirects`, where it is on and the answer is, or may be, a redirect that it leaves. */
  unfollowed?: UnfollowedRedirect | undefined;
  /** Its bytes. The engine tells of their errors; nobody else has to listen for them. */
  readonly body: Readable;
}

/** What is to be known of a redirect that was not followed. */
export interface UnfollowedRedirect {
  /** What was asked for. */
  readonly from: URL;
  /** Why it was not. */
  readonly why: string;
}

/** An answer that Node's own client has read. */
export class NodeAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly isEventStream: boolean;
  readonly isOpenEnded: boolean;
  readonly body: IncomingMessage;
  unfollowed: UnfollowedRedirect | undefined;

  constructor(message: IncomingMessage) {
    gatherPieces(message);
    this.status = message.statusCode ?? 0;
    this.reason = message.statusMessage ?? '';
    this.httpVersion = message.httpVersion;
    this.rawHeaders = message.rawHeaders;
    this.headers = message.headers;
    const { 'content-length': length, 'content-encoding': coding = 'identity' } = this.headers;
    this.isEventStream = isEventStream(this.headers['content-type']);
    this.isOpenEnded = length === undefined && coding.toLowerCase() === 'identity';
    this.body = message;
  }

  get contentTypes(): string {
    const values = this.rawHeaders.filter(
      (_, i) => i % 2 === 1 && this.rawHeaders[i - 1]?.toLowerCase() === 'content-type',
    );
    return values.join().toLowerCase();
  }

  get isComplete(): boolean {
    return this.body.complete;
  }
}
