import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from '../engine/engine.ts';
import type { Attempt } from './attempt.ts';
import { guarded } from './guarded.ts';
import type { Target } from './target.ts';
import type { TargetState } from './target-state.ts';

/** A target that takes a request, and what its breaker learns from that. */
export interface Assignment {
  readonly state: TargetState;
  /** The target as it is in the configuration under which the request came. */
  readonly target: Target;
  /** Undefined where the target has no breaker. */
  readonly attempt: Attempt | undefined;
}

/** Finds another target for a request that could not reach this one. */
export type FindOther = (unreached: TargetState) => Assignment | undefined;

/** The target that was chosen for a request, which counts there until it is over. */
export class Lease {
  readonly isGoneUnreached: boolean;
  #assigned: Assignment;
  #findOther: FindOther | undefined;
  #isOver = false;

  /**
   * @param findOther - Undefined where the request may not go elsewhere.
   * @param isGoneUnreached - Whether its session does not exist any more if no connection comes about.
   */
  constructor(
    assigned: Assignment,
    findOther: FindOther | undefined,
    isGoneUnreached: boolean = false,
  ) {
    this.isGoneUnreached = isGoneUnreached;
    this.#assigned = assigned;
    this.#findOther = findOther;
    assigned.state.began();
  }

  get target(): Target {
    return this.#assigned.target;
  }

  /** Sends the request there. */
  send(request: UpstreamRequest, listener: UpstreamListener): UpstreamExchange {
    const { state, target, attempt } = this.#assigned;
    const { breaker } = state;
    const isGuarded = breaker !== undefined && attempt !== undefined;
    const { engine } = target;
    const send = isGuarded ? guarded(engine, attempt, breaker.settings.statuses) : engine;
    return send(request, listener);
  }

  /** Chooses another target, once, for a request that did not reach this one; false where there is none. */
  moveOn(): boolean {
    const other = this.#isOver ? undefined : this.#findOther?.(this.#assigned.state);
    this.#findOther = undefined;
    if (other === undefined) return false;
    this.#leave();
    this.#assigned = other;
    other.state.began();
    return true;
  }

  /** The request is over. */
  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#leave();
  }

  #leave(): void {
    this.#assigned.attempt?.left();
    this.#assigned.state.ended();
  }
}
