import type { Attempt, Outcome } from '../load/journal.ts';
import { type Downtime, downtimes } from '../processes/life.ts';
import type { Evidence } from './evidence.ts';

/** Traces what clients lost to the kills that overlap it. */
export class Losses {
  readonly #notes: Evidence['notes'];
  /** Of each upstream. */
  readonly #upstreams: readonly (readonly Downtime[])[];
  /** By port. */
  readonly #gateways: ReadonlyMap<number, readonly Downtime[]>;

  constructor({ notes, upstreams, gateways }: Evidence) {
    this.#notes = notes;
    this.#upstreams = upstreams.map(({ lives }) => downtimes(lives));
    this.#gateways = new Map(gateways.map(({ port, lives }) => [port, downtimes(lives)]));
  }

  /** Why this came of it; undefined where nothing explains it. */
  causeOf(attempt: Attempt): string | undefined {
    if (this.#gatewayKilled(attempt)) return 'a gateway was killed';
    if (this.#upstreamKilled(attempt)) return 'an upstream was killed';
    if (this.#storeSlow(attempt)) return 'the session store was slow';
    return undefined;
  }

  #gatewayKilled({ what, outcome, gateways, sentAt, endedAt }: Attempt): boolean {
    const isPossible =
      outcome.kind === 'cut' ||
      outcome.kind === 'failed' ||
      isRefusal(outcome, 502, 'nginx') ||
      // A GET or DELETE that was lost with one gateway, nginx repeats at the other.
      (what === 'end' && isRefusal(outcome, 404)) ||
      (what === 'stream' && isRefusal(outcome, 409));
    return (
      isPossible &&
      gateways
        .flatMap((port) => this.#gateways.get(port) ?? [])
        .some(({ from, to }) => from <= endedAt && sentAt <= to)
    );
  }

  #upstreamKilled(attempt: Attempt): boolean {
    return this.#downtimesAround(attempt)
      .filter(({ from }) => from <= attempt.endedAt)
      .some((downtime) => mayCome(attempt, downtime));
  }

  /** From when its session was lost on; of all upstreams for what belongs to no session. */
  #downtimesAround({ session }: Attempt): readonly Downtime[] {
    if (session === undefined) return this.#upstreams.flat();
    for (const each of this.#upstreams) {
      const lost = each.findIndex(({ life }) => life.id === session.home);
      if (lost !== -1) return each.slice(lost);
    }
    return [];
  }

  /** The gateway gives up a store that takes too long, which happens when a machine stands still. */
  #storeSlow({ outcome, sentAt, endedAt }: Attempt): boolean {
    return (
      isRefusal(outcome, 503, 'store_unavailable') &&
      this.#notes.some(
        (note) => note.kind === 'slow store' && note.from <= endedAt && sentAt <= note.to,
      )
    );
  }
}

/** Whether this can come of the end of an upstream that was gone before the answer was over. */
function mayCome({ session, sentAt, outcome }: Attempt, { gone, to }: Downtime): boolean {
  switch (outcome.kind) {
    case 'cut':
      // The answer had begun, so that the request was under way.
      return sentAt <= gone;
    case 'failed':
      return session !== undefined || sentAt <= to;
    case 'refused':
      // Its sessions are lost for ever; what belongs to none is only concerned while it is down.
      if (outcome.status === 404) return session !== undefined;
      return UPSTREAM_DOWN.has(outcome.reason) && sentAt <= to;
    default:
      return false;
  }
}

const UPSTREAM_DOWN = new Set(['upstream_unreachable', 'upstream_invalid', 'upstream_unavailable']);

function isRefusal(outcome: Outcome, status: number, reason?: string): boolean {
  if (outcome.kind !== 'refused' || outcome.status !== status) return false;
  return reason === undefined || outcome.reason === reason;
}
