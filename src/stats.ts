import type { FailedRow } from './context.ts';
import type { ErrorReason } from './errors.ts';
import type { Kept } from './kept.ts';
import type { Plan } from './read-config.ts';
import { type KeyStats, keyStatsOf } from './slots/auth/jwt/key-stats.ts';
import type { TargetService } from './slots/balance/target-service.ts';
import type { TargetStats } from './slots/balance/target-stats.ts';
import { drainOf } from './slots/draining.ts';
import { openRequestsOf } from './slots/open-requests.ts';
import { type LimitStats, limitStatsOf } from './slots/rate-limit/rate-limit.ts';
import { type SessionStats, sessionStatsOf } from './slots/sessions/sessions.ts';
import { type StreamsOfUser, streamStatsOf } from './stream-stats.ts';

/**
 * How a gateway is at one moment, as far as this process knows. There is no secret in it. A member is
 * undefined where its option is off.
 */
export interface GatewayStats {
  /** The name of the gateway: the option `name`. */
  readonly gateway: string;
  /**
   * A name for the configuration that holds: a hash of its options, the same in each process where they say
   * the same. No secret is in it. Functions count by their names alone, and objects that are not plain by
   * their classes.
   */
  readonly config: string;
  /** When `update()` last changed the configuration; undefined: it is the first. */
  readonly updatedAt: Date | undefined;
  /** When it was made. */
  readonly since: Date;
  /** Whether `close()` was called: it takes no new requests. */
  readonly draining: boolean;
  /** The requests for its routes. */
  readonly requests: {
    /** How many are under way, event streams included. */
    readonly open: number;
    /** How many have come, whatever the outcome. */
    readonly total: number;
    /**
     * How many failures there were, by their reason in the error table: those of which `onError` is told. A
     * reason that did not occur is not there.
     */
    readonly byReason: Readonly<Partial<Record<ErrorReason, number>>>;
  };
  /** The event streams that the upstream has opened. */
  readonly streams: {
    /** How many are open, those with the answer to a call included. */
    readonly open: number;
    /**
     * Whose they are: the 100 users with the most of them, the one with the most first. Undefined without `auth`.
     * Streams without a user are counted in `open` alone.
     */
    readonly byUser: readonly StreamsOfUser[] | undefined;
    /** How many belong to all other users together. */
    readonly ofOthers: number;
  };
  /** One for each limit of `rateLimit`, those by address alone first. */
  readonly limits: readonly LimitStats[] | undefined;
  /** What is remembered of sessions. */
  readonly sessions: SessionStats | undefined;
  /** One for each URL of `target`, in its order. */
  readonly targets: readonly TargetStats[];
  /** One for each `jwt()` in `auth` that fetches keys; of several tenants, those whose keys were needed. */
  readonly keys: readonly KeyStats[] | undefined;
}

/** What is counted as requests come. */
export class RequestCounts {
  readonly since: Date = new Date();
  updatedAt: Date | undefined;
  total = 0;
  readonly #failures = new Map<ErrorReason, number>();

  failed({ reason }: FailedRow): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  get byReason(): GatewayStats['requests']['byReason'] {
    return Object.fromEntries(this.#failures);
  }
}

/** The request counts of a gateway. */
export function requestCountsOf(kept: Kept): RequestCounts {
  return kept.of(['request counts'], () => new RequestCounts());
}

/** Puts together what the parts of a gateway know. */
export function statsOf(
  { name, config, slots }: Plan,
  service: TargetService,
  kept: Kept,
): GatewayStats {
  const { since, updatedAt, total, byReason } = requestCountsOf(kept);
  const open = openRequestsOf(kept).all();
  const limits = [...(slots.rateLimit?.limits ?? []), ...(slots.userLimit?.limits ?? [])];
  const keys = keyStatsOf(slots.auth?.identity.schemes ?? []);
  return {
    gateway: name,
    config,
    since,
    updatedAt,
    draining: drainOf(kept).isDraining,
    requests: { open: open.length, total, byReason },
    streams: streamStatsOf(open, slots.auth !== undefined),
    limits: limits.length > 0 ? limitStatsOf(limits, kept) : undefined,
    sessions: slots.sessions && sessionStatsOf(slots.sessions, kept),
    targets: service.stats(),
    keys: keys.length > 0 ? keys : undefined,
  };
}
