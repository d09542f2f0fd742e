import type { Attempt } from './attempt.ts';
import { type Assignment, type FindOther, Lease } from './lease.ts';
import { leastBusyOfTwo } from './least-busy.ts';
import { rendezvous } from './rendezvous.ts';
import type { Target } from './target.ts';
import type { TargetState } from './target-state.ts';

/** What decides where a request may go. */
export interface Want {
  /** Whether it belongs to a session, which stays where it began. */
  readonly isOfSession: boolean;
  /** The id of the target where its session lives. */
  readonly home: string | undefined;
  /** Requests with the same key go to the same target; undefined: to the less busy of two. */
  readonly key: string | undefined;
  /** Whether it may find out if a target is back: it is answered soon, and is no event stream. */
  readonly mayTry: boolean;
}

/** Why there is no target for a request. */
export type NoTarget =
  /** The session does not exist any more, because its target does not. */
  | { readonly isGone: true }
  /** There may be one later. */
  | { readonly isGone: false; readonly retryAfterMs: number };

/** When a target is worth another try that only its operator or its health check can bring back. */
const RETRY_MS = 5000;

/** Chooses a target for each request. */
export class Balancer {
  readonly states: readonly TargetState[];
  readonly #targets: ReadonlyMap<TargetState, Target>;
  readonly #random: () => number;

  /** @param targets - One for each state, as the requests here are to have it. */
  constructor(
    states: readonly TargetState[],
    targets: readonly Target[],
    random: () => number = Math.random,
  ) {
    this.states = states;
    this.#targets = new Map(states.map((state, i) => [state, targets[i] as Target]));
    this.#random = random;
  }

  choose(want: Want): Lease | NoTarget {
    if (want.isOfSession) return this.#atHome(want);
    const assigned = this.#assign(want);
    if (assigned === undefined) return { isGone: false, retryAfterMs: this.#soonest };
    const findOther: FindOther = (unreached) => this.#assign(want, unreached);
    return new Lease(assigned, this.states.length > 1 ? findOther : undefined);
  }

  /** A session is served where it lives, also while its target takes nothing new. */
  #atHome({ home, mayTry }: Want): Lease | NoTarget {
    const [only, ...others] = this.states;
    const isOne = others.length === 0;
    const state = isOne ? only : this.states.find((one) => this.#targets.get(one)?.id === home);
    if (state === undefined || state.isGone) return { isGone: true };
    const assigned = this.#begin(state, mayTry);
    if (assigned !== undefined) return new Lease(assigned, undefined);
    const { lastFailure } = state.breaker ?? {};
    const mayBeGone = lastFailure === 'unreachable' || lastFailure === 'lost';
    // If it is gone, its sessions are, and begin anew at others. Whether it is, only a connection can tell:
    // it may have come back, and another gateway may have begun this session there since.
    if (!isOne && mayBeGone) {
      return new Lease(this.#assignment(state, undefined), undefined, true);
    }
    return { isGone: false, retryAfterMs: retryAfterOf(state) };
  }

  #assign({ key, mayTry }: Want, unreached?: TargetState): Assignment | undefined {
    const able = this.states.filter((state) => state !== unreached && takes(state, mayTry));
    const chosen = key === undefined ? this.#spread(able) : rendezvous(key, able);
    return chosen && this.#begin(chosen, mayTry);
  }

  #begin(state: TargetState, mayTry: boolean): Assignment | undefined {
    const { breaker } = state;
    const attempt = breaker?.begin(mayTry);
    if (breaker !== undefined && attempt === undefined) return undefined;
    return this.#assignment(state, attempt);
  }

  #assignment(state: TargetState, attempt: Attempt | undefined): Assignment {
    return { state, target: this.#targets.get(state) as Target, attempt };
  }

  #spread(able: readonly TargetState[]): TargetState | undefined {
    // The sooner somebody finds out that it is back, the better for all.
    const due = able.find(({ breaker }) => breaker !== undefined && breaker.state !== 'closed');
    return due ?? leastBusyOfTwo(able, this.#random);
  }

  /** A target that drains comes back when its operator says so: it counts where there is no other. */
  get #soonest(): number {
    const waiting = this.states.filter(({ name }) => name !== 'draining');
    return waiting.length === 0 ? RETRY_MS : Math.min(...waiting.map(retryAfterOf));
  }
}

function takes({ takesNew, breaker }: TargetState, mayTry: boolean): boolean {
  return takesNew && (breaker === undefined || breaker.admits(mayTry));
}

function retryAfterOf({ takesNew, breaker }: TargetState): number {
  return takesNew && breaker !== undefined ? breaker.retryAt - performance.now() : RETRY_MS;
}
