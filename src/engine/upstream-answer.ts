import type { IncomingHttpHeaders } from 'node:http';
import type { ReadableBody } from '../http/body-events.ts';

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
  /** Its bytes. The engine reports their errors; no other code has to listen for them. */
  readonly body: ReadableBody;
}

/** A redirect that was not followed, and the reason. */
export interface UnfollowedRedirect {
  /** The URL that was asked for. */
  readonly from: URL;
  /** Why it was not followed. */
  readonly why: string;
}
