import type { IncomingHttpHeaders } from 'node:http';
import type { ReadableBody } from '../http/body-events.ts';
import { isEventStream } from '../http/media-type.ts';
import type { UnfollowedRedirect, UpstreamAnswer } from './upstream-answer.ts';

/**
 * The parts of a head that an engine has to read. The rest follows from them in the same way for all engines.
 */
type Head = Pick<UpstreamAnswer, 'status' | 'reason' | 'httpVersion' | 'rawHeaders' | 'headers'>;

/** An answer whose head an engine has read. */
export abstract class ReadAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly isEventStream: boolean;
  readonly isOpenEnded: boolean;
  abstract readonly body: ReadableBody;
  unfollowed: UnfollowedRedirect | undefined;

  constructor({ status, reason, httpVersion, rawHeaders, headers }: Head) {
    this.status = status;
    this.reason = reason;
    this.httpVersion = httpVersion;
    this.rawHeaders = rawHeaders;
    this.headers = headers;
    const { 'content-length': length, 'content-encoding': coding = 'identity' } = headers;
    this.isEventStream = isEventStream(headers['content-type']);
    this.isOpenEnded = length === undefined && coding.toLowerCase() === 'identity';
  }

  get contentTypes(): string {
    const values = this.rawHeaders.filter(
      (_, i) => i % 2 === 1 && this.rawHeaders[i - 1]?.toLowerCase() === 'content-type',
    );
    return values.join().toLowerCase();
  }

  abstract get isComplete(): boolean;
}
