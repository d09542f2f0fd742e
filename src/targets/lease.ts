import type { UpstreamExchange, UpstreamListener, UpstreamRequest } from '../engine/engine.ts';
import type { Attempt } from './attempt.ts';
import { guarded } from './guarded.ts';
import type { Target } from './target.ts';
import type { TargetState } from './target-state.ts';

/** A place at a target, and what its breaker learns from the request. */
export interface Seat {
  readonly state: TargetState;
  /** Undefined where the target has no breaker. */
  readonly attempt: Attempt | undefined;
}

/** What finds another seat for a request that could not reach its target. */
export type FindSeat = (taken: TargetState) => Seat | undefined;

/** The target that was chosen for a request, which counts there until it is over. */
export class Lease {
  #seat: Seat;
  #findOther: FindSeat | undefined;
  #isOver = false;

  /** @param findOther - Undefined where the request may not go elsewhere. */
  constructor(seat: Seat, findOther: FindSeat | undefined) {
    this.#seat = seat;
    this.#findOther = findOther;
    seat.state.began();
  }

  get target(): Target {
    return this.#seat.state.target;
  }

  /** Sends the request there. */
  send(request: UpstreamRequest, listener: UpstreamListener): UpstreamExchange {
    const { state, attempt } = this.#seat;
    const { breaker, target } = state;
    const isGuarded = breaker !== undefined && attempt !== undefined;
    const { engine } = target;
    const send = isGuarded ? guarded(engine, attempt, breaker.settings.statuses) : engine;
    return send(request, listener);
  }

  /** Chooses another target, once, for a request that did not reach this one; false where there is none. */
  moveOn(): boolean {
    const other = this.#isOver ? undefined : this.#findOther?.(this.#seat.state);
    this.#findOther = undefined;
    if (other === undefined) return false;
    this.#leave();
    this.#seat = other;
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
    this.#seat.attempt?.left();
    this.#seat.state.ended();
  }
}
