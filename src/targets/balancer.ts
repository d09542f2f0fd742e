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

/** Where a request goes. */
export interface Choice {
  readonly state: TargetState;
  /** The target as it is in the configuration under which the request came. */
  readonly target: Target;
  /** Whether it goes there although the breaker lets nothing through. */
  readonly isPastBreaker: boolean;
}

/** When to try a target again that only its operator or its health check can bring back. */
const RETRY_MS = 5000;

/** Chooses a target for each request. */
export class Balancer {
  readonly states: readonly TargetState[];
  readonly #targets: ReadonlyMap<TargetState, Target>;
  readonly #random: () => number;

  /** @param targets - One for each state, as it is in the configuration of these requests. */
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
    const found = this.peek(want);
    if ('isGone' in found) return found;
    if (found.isPastBreaker) return new Lease({ ...found, attempt: undefined }, undefined, true);
    const mayMove = !want.isOfSession && this.states.length > 1;
    return new Lease(this.#assign(found.state, want), mayMove ? this.#otherFor(want) : undefined);
  }

  /** Where a request would go now. Nothing begins there. */
  peek(want: Want): Choice | NoTarget {
    if (want.isOfSession) return this.#atHome(want);
    const state = this.#find(want);
    if (state === undefined) return { isGone: false, retryAfterMs: this.#soonest };
    return this.#choice(state, false);
  }

  /** A session is served where it lives, also while its target takes nothing new. */
  #atHome({ home, mayTry }: Want): Choice | NoTarget {
    const [only, ...others] = this.states;
    const isOne = others.length === 0;
    const state = isOne ? only : this.states.find((one) => this.#targets.get(one)?.id === home);
    if (state === undefined || state.isGone) return { isGone: true };
    if (admits(state, mayTry)) return this.#choice(state, false);
    const { lastFailure } = state.breaker ?? {};
    const mayBeGone = lastFailure === 'unreachable' || lastFailure === 'lost';
    // If the target is gone, its sessions are gone, and begin anew at other targets. Only a connection can
    // tell whether it is: it may have come back, and another gateway may have begun this session there since.
    if (!isOne && mayBeGone) return this.#choice(state, true);
    return { isGone: false, retryAfterMs: retryAfterOf(state) };
  }

  #find({ key, mayTry }: Want, unreached?: TargetState): TargetState | undefined {
    const able = this.states.filter((state) => state !== unreached && takes(state, mayTry));
    return key === undefined ? this.#spread(able) : rendezvous(key, able);
  }

  #otherFor(want: Want): FindOther {
    return (unreached) => {
      const state = this.#find(want, unreached);
      return state && this.#assign(state, want);
    };
  }

  #choice(state: TargetState, isPastBreaker: boolean): Choice {
    return { state, target: this.#targets.get(state) as Target, isPastBreaker };
  }

  /** Begins a request at a target. Its breaker admits the request. */
  #assign(state: TargetState, { mayTry }: Want): Assignment {
    const target = this.#targets.get(state) as Target;
    return { state, target, attempt: state.breaker?.begin(mayTry) };
  }

  #spread(able: readonly TargetState[]): TargetState | undefined {
    // The sooner a request finds out that a target is back, the better for all requests.
    const due = able.find(({ breaker }) => breaker !== undefined && breaker.state !== 'closed');
    return due ?? leastBusyOfTwo(able, this.#random);
  }

  /**
   * A target that drains comes back when its operator says so: it counts only where there is no other target.
   */
  get #soonest(): number {
    const waiting = this.states.filter(({ name }) => name !== 'draining');
    return waiting.length === 0 ? RETRY_MS : Math.min(...waiting.map(retryAfterOf));
  }
}

function takes(state: TargetState, mayTry: boolean): boolean {
  return state.takesNew && admits(state, mayTry);
}

function admits({ breaker }: TargetState, mayTry: boolean): boolean {
  return breaker === undefined || breaker.admits(mayTry);
}

function retryAfterOf({ takesNew, breaker }: TargetState): number {
  return takesNew && breaker !== undefined ? breaker.retryAt - performance.now() : RETRY_MS;
}
