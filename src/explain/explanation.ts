import type { ErrorReason } from '../errors.ts';
import type { SlotName } from '../slot-name.ts';

/** What one slot would make of a request. */
export interface ExplainedSlot {
  /** Which slot: `cors`, `auth`, `policies`. */
  readonly slot: SlotName;
  /**
   * `allow`: it lets the request pass. `deny`: it refuses it. `skipped`: it decided nothing, because another refuses
   * the request before, or because what it does has an effect; `detail` says which.
   */
  readonly outcome: 'allow' | 'deny' | 'skipped';
  /** The row of the error table, where it denies. */
  readonly reason: ErrorReason | undefined;
  /** The policy that decided, where one did. */
  readonly policy: string | undefined;
  /** What it gave as its reason, or what was left out: `not run: use[0]`. Cut at 256 characters. */
  readonly detail: string | undefined;
  /** `'shadow'`: a policy would have denied, and the request goes on. It stands in front of the slot's own row. */
  readonly mode?: 'shadow';
}

/** What would become of a request. */
export interface Explanation {
  /** What each slot that is switched on would decide, in their order; those are left out that decide nothing. */
  readonly slots: readonly ExplainedSlot[];
  /** The status that the client would get; undefined where the upstream answers. */
  readonly status: number | undefined;
  /**
   * Why: the row of the error table. `relayed`: the upstream answers. `answered`: the gateway does, with no error,
   * as it answers a preflight of CORS.
   */
  readonly reason: ErrorReason | 'relayed' | 'answered';
  /**
   * Where it would be sent, as `host:port`; undefined where it would not. Of several targets that may all take it,
   * one.
   */
  readonly target: string | undefined;
  /**
   * The header fields that would be sent: lower-case name → value, the lines of a field in one. `'•••'`
   * stands for what is secret, and for what a function of `headers.set` would give. Undefined where it would
   * not be sent.
   */
  readonly headers: Readonly<Record<string, string>> | undefined;
}
