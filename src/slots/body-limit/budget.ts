import type { BodyBudget } from '../../body-notes.ts';

/** How many bytes of bodies may be held at once. */
export interface BodyBudgetLimits {
  readonly total: number;
  readonly perCaller: number;
}

/** Counts what is held of the bodies of requests, in all and for each caller. */
export class CountedBodies implements BodyBudget {
  readonly #limits: BodyBudgetLimits;
  readonly #heldBy = new Map<string, number>();
  #held = 0;

  constructor(limits: BodyBudgetLimits) {
    this.#limits = limits;
  }

  take(caller: string, bytes: number): boolean {
    const own = (this.#heldBy.get(caller) ?? 0) + bytes;
    if (own > this.#limits.perCaller || this.#held + bytes > this.#limits.total) return false;
    this.#heldBy.set(caller, own);
    this.#held += bytes;
    return true;
  }

  give(caller: string, bytes: number): void {
    const own = (this.#heldBy.get(caller) ?? 0) - bytes;
    if (own > 0) this.#heldBy.set(caller, own);
    else this.#heldBy.delete(caller);
    this.#held -= bytes;
  }
}
