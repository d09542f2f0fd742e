import type { ErrorReason } from '../errors.ts';
import type { Kept } from '../kept.ts';

/** Why a request got no answer from a target that could be relayed. */
export interface TargetFailure {
  /** When. */
  readonly at: Date;
  /** In the error table; the request itself may have gone well elsewhere. */
  readonly reason: ErrorReason;
  /** In a few words: the code of an error, or what stands in its place. */
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
 * That of a gateway.
 *
 * @param others - What else makes it another place: a handler in this process, a socket.
 */
export function siteOf(url: URL, kept: Kept, ...others: readonly unknown[]): Site {
  return kept.of(['site', url.href, ...others], () => new Site());
}
