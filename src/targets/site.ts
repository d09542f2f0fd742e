import type { ErrorReason } from '../errors.ts';
import type { Kept } from '../kept.ts';

/** Why a request got no answer from a target that could be relayed. */
export interface TargetFailure {
  /** When. */
  readonly at: Date;
  /** The row of the error table; the request itself may have gone well at another target. */
  readonly reason: ErrorReason;
  /** In a few words: the code of an error, or else a text of the gateway or the name of the error. */
  readonly detail: string | undefined;
}

/**
 * A place that requests go to, however they get there: what is known of it stays when timers, headers or
 * the other targets of a gateway change.
 */
export class Site {
  /** Why a request last got no answer from there that could be relayed. */
  lastFailure: TargetFailure | undefined;
}

/**
 * The site of a URL in one gateway.
 *
 * @param others - What else makes it a different place: a handler in this process, a socket.
 */
export function siteOf(url: URL, kept: Kept, ...others: readonly unknown[]): Site {
  return kept.of(['site', url.href, ...others], () => new Site());
}
