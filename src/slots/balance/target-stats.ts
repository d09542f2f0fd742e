import type { Breaker, BreakerState } from '../../targets/breaker.ts';
import type { TargetFailure } from '../../targets/site.ts';
import type { TargetState, TargetStateName } from '../../targets/target-state.ts';

/** How a target is at the moment. */
export interface TargetStatus {
  /** Its URL, normalised, with `•••` in place of each value in the query, which may be a key. */
  readonly url: string;
  /** How often it is in the list. */
  readonly weight: number;
  /**
   * Whether it is used. `closed`: yes, `open`: no, because of failures, `half-open`: one request finds
   * out, `draining`: it was taken out of service, `unhealthy`: its health check fails.
   */
  readonly state: TargetStateName;
  /** Requests of this process that are under way there, event streams included. */
  readonly open: number;
  /** Event streams among them. */
  readonly streams: number;
  /** Failures in a row, as the breaker counts them; 0 without one. */
  readonly failures: number;
}

/** What is known of a target at one moment. */
export interface TargetStats extends TargetStatus {
  /**
   * The last time that a request got no answer from there that could be relayed; undefined: there was none.
   * Later requests may have gone well.
   */
  readonly lastFailure: TargetFailure | undefined;
  /** What the health check said last; undefined: there is none. */
  readonly healthy: boolean | undefined;
  /** Its breaker; undefined: it is off. */
  readonly breaker: BreakerStats | undefined;
  /** The connections of this process to it; undefined: it is a handler in this process. */
  readonly connections: ConnectionStats | undefined;
}

/** How the breaker of a target is at one moment. */
export interface BreakerStats {
  /** Whether requests go there; also while a drain or the health check keeps them away. */
  readonly state: BreakerState;
  /** Failures in a row, failed trials included. */
  readonly failures: number;
  /** When one request may find out whether the target is back; undefined: the breaker is not open. */
  readonly openUntil: Date | undefined;
}

/** How many connections there are to a target: those of all gateways of this process that share them. */
export interface ConnectionStats {
  /** All connections. */
  readonly open: number;
  /** The connections that are kept alive for another request. */
  readonly idle: number;
}

/**
 * What operators see of a target beside its status.
 *
 * @param isChecked - Whether the target has a health check.
 */
export function targetStatsOf(
  { target, breaker, isHealthy }: TargetState,
  isChecked: boolean,
): Omit<TargetStats, keyof TargetStatus> {
  return {
    lastFailure: target.site.lastFailure,
    healthy: isChecked ? isHealthy : undefined,
    breaker: breaker && breakerStatsOf(breaker),
    connections: target.connections?.(),
  };
}

function breakerStatsOf({ state, failures, openUntil }: Breaker): BreakerStats {
  return { state, failures, openUntil };
}
