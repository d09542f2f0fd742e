import type { Attempt, Outcome, Session } from '../load/journal.ts';
import { type Downtime, downtimes } from '../processes/life.ts';
import { type OpenBreaker, openBreakers } from './breakers.ts';
import type { Evidence, RunProcess } from './evidence.ts';

/** Finds the cause of each lost request: kills of processes that overlap it in time. */
export class Losses {
  readonly #attempts: readonly Attempt[];
  readonly #notes: Evidence['notes'];
  readonly #upstreams: readonly RunProcess[];
  /** The downtimes of gateways, by port. */
  readonly #gateways: ReadonlyMap<number, readonly Downtime[]>;
  readonly #breakers: readonly OpenBreaker[];
  /** The ids of requests for which a connection was refused. Requests without an id are not among them. */
  readonly #refused: ReadonlySet<string>;

  constructor(evidence: Evidence) {
    this.#attempts = evidence.journal.attempts;
    this.#notes = evidence.notes;
    this.#upstreams = evidence.upstreams;
    this.#gateways = new Map(evidence.gateways.map(({ port, lives }) => [port, downtimes(lives)]));
    this.#breakers = openBreakers(evidence);
    const errors = evidence.notes.filter((note) => note.kind === 'error');
    const refused = errors.filter(({ cause }) => cause.includes('ECONNREFUSED'));
    const ids = refused.map(({ request }) => request);
    this.#refused = new Set(ids.filter((id) => id !== ''));
  }

  /** The cause of an outcome; undefined if nothing explains it. */
  causeOf(attempt: Attempt): string | undefined {
    if (this.#gatewayKilled(attempt) || this.#isStreamHeld(attempt)) return 'a gateway was killed';
    if (this.#upstreamKilled(attempt)) return 'an upstream was killed';
    if (this.#breakersOpen(attempt)) return 'a breaker was open';
    if (this.#storeSlow(attempt)) return 'the session store was slow';
    return undefined;
  }

  #gatewayKilled({ what, outcome, gateways, sentAt, endedAt }: Attempt): boolean {
    const isPossible =
      outcome.kind === 'cut' ||
      outcome.kind === 'failed' ||
      isRefusal(outcome, 502, 'nginx') ||
      // If a GET or DELETE was lost with one gateway, nginx repeats it at the other.
      (what === 'end' && isRefusal(outcome, 404)) ||
      (what === 'stream' && isRefusal(outcome, 409));
    return (
      isPossible &&
      gateways
        .flatMap((port) => this.#gateways.get(port) ?? [])
        .some(({ from, to }) => from <= endedAt && sentAt <= to)
    );
  }

  /** The upstream has not noticed yet that the gateway of the previous stream was killed. */
  #isStreamHeld({ what, outcome, session, sentAt }: Attempt): boolean {
    if (what !== 'stream' || !isRefusal(outcome, 409)) return false;
    const before = this.#attempts.findLast(
      (each) => each.session === session && each.outcome.kind === 'cut' && each.endedAt <= sentAt,
    );
    return before !== undefined && this.#gatewayKilled(before);
  }

  #upstreamKilled(attempt: Attempt): boolean {
    const couldGoOn = attempt.session === undefined && this.#refused.has(attempt.id);
    if (couldGoOn && !this.#hadNoOther(attempt)) return false;
    return this.#downtimesAround(attempt)
      .filter(({ from }) => from <= attempt.endedAt)
      .some((downtime) => mayCome(attempt, downtime));
  }

  /** A request that finds its upstream down tries one other upstream. Here that was down too, or there was none. */
  #hadNoOther(attempt: Attempt): boolean {
    const { sentAt, endedAt } = attempt;
    const open = this.#openBreakersFor(attempt);
    const unable = this.#upstreams.filter(
      ({ port, lives }) =>
        open.some(({ target }) => target === port) ||
        downtimes(lives).some(({ from, to }) => from <= endedAt && sentAt <= to),
    );
    return unable.length >= Math.min(2, this.#upstreams.length);
  }

  /** The downtimes of its upstream, from the loss of its session on. Without a session, those of all upstreams. */
  #downtimesAround({ session }: Attempt): readonly Downtime[] {
    if (session === undefined) return this.#upstreams.flatMap(({ lives }) => downtimes(lives));
    const since = downtimes(this.#homeOf(session)?.lives ?? []);
    const lost = since.findIndex(({ life }) => life.id === session.home);
    return lost === -1 ? [] : since.slice(lost);
  }

  #homeOf({ home }: Session): RunProcess | undefined {
    return this.#upstreams.find(({ lives }) => lives.some(({ id }) => id === home));
  }

  /**
   * Whether the breaker of its home was open. Without a home, all breakers have to be open. Another check finds
   * breakers that open without a reason.
   */
  #breakersOpen(attempt: Attempt): boolean {
    if (!isRefusal(attempt.outcome, 503, 'upstream_unavailable')) return false;
    const home = attempt.session && this.#homeOf(attempt.session);
    const targets = home === undefined ? this.#upstreams : [home];
    const open = this.#openBreakersFor(attempt);
    return targets.every(({ port }) => open.some(({ target }) => target === port));
  }

  #openBreakersFor({ gateways, sentAt, endedAt }: Attempt): readonly OpenBreaker[] {
    return this.#breakers.filter(
      ({ gateway, from, to }) => gateways.includes(gateway) && from <= endedAt && sentAt <= to,
    );
  }

  /** The gateway does not wait for a store that takes too long. That happens when a machine stands still. */
  #storeSlow({ outcome, sentAt, endedAt }: Attempt): boolean {
    return (
      isRefusal(outcome, 503, 'store_unavailable') &&
      this.#notes.some(
        (note) => note.kind === 'slow store' && note.from <= endedAt && sentAt <= note.to,
      )
    );
  }
}

/** Whether the outcome can come from the end of an upstream before the answer was complete. */
function mayCome({ session, sentAt, outcome }: Attempt, { gone, to }: Downtime): boolean {
  switch (outcome.kind) {
    case 'cut':
      // The answer had begun, so the request was under way.
      return sentAt <= gone;
    case 'failed':
      return session !== undefined || sentAt <= to;
    case 'refused':
      // The sessions of the upstream are lost for ever. A request without a session fails only while it is down.
      if (outcome.status === 404) return session !== undefined;
      return UPSTREAM_DOWN.has(outcome.reason) && sentAt <= to;
    default:
      return false;
  }
}

const UPSTREAM_DOWN = new Set(['upstream_unreachable', 'upstream_invalid']);

function isRefusal(outcome: Outcome, status: number, reason?: string): boolean {
  if (outcome.kind !== 'refused' || outcome.status !== status) return false;
  return reason === undefined || outcome.reason === reason;
}
