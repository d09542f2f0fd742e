import type { Attempt, Outcome, Session } from '../load/journal.ts';
import { type Downtime, downtimes } from '../processes/life.ts';
import { type OpenBreaker, openBreakers } from './breakers.ts';
import type { Evidence, RunProcess } from './evidence.ts';

/** Traces what clients lost to the kills that overlap it. */
export class Losses {
  readonly #attempts: readonly Attempt[];
  readonly #notes: Evidence['notes'];
  readonly #upstreams: readonly RunProcess[];
  /** By port. */
  readonly #gateways: ReadonlyMap<number, readonly Downtime[]>;
  readonly #breakers: readonly OpenBreaker[];
  /** The ids of requests for which no connection came about. What has no id is not among them. */
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

  /** Why this came of it; undefined where nothing explains it. */
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

  /** The upstream has not noticed yet that the gateway of the stream before is gone. */
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

  /** What finds its upstream down goes on to another, once: that was down as well, or there was none. */
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

  /** From when its session was lost on; of all upstreams for what belongs to no session. */
  #downtimesAround({ session }: Attempt): readonly Downtime[] {
    if (session === undefined) return this.#upstreams.flatMap(({ lives }) => downtimes(lives));
    const since = downtimes(this.#homeOf(session)?.lives ?? []);
    const lost = since.findIndex(({ life }) => life.id === session.home);
    return lost === -1 ? [] : since.slice(lost);
  }

  #homeOf({ home }: Session): RunProcess | undefined {
    return this.#upstreams.find(({ lives }) => lives.some(({ id }) => id === home));
  }

  /** Of its home, or of all where it has none. That they open for a reason, is checked by itself. */
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

const UPSTREAM_DOWN = new Set(['upstream_unreachable', 'upstream_invalid']);

function isRefusal(outcome: Outcome, status: number, reason?: string): boolean {
  if (outcome.kind !== 'refused' || outcome.status !== status) return false;
  return reason === undefined || outcome.reason === reason;
}
