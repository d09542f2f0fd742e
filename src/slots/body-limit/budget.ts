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
    if (!this.#hasRoom(caller, bytes)) return false;
    this.#heldBy.set(caller, this.#heldByOne(caller) + bytes);
    this.#held += bytes;
    return true;
  }

  /** A budget for a body that is only described: it has the room that is left here, and takes none of it. */
  peek(): BodyBudget {
    let held = 0;
    return {
      take: (caller, bytes) => {
        if (!this.#hasRoom(caller, held + bytes)) return false;
        held += bytes;
        return true;
      },
      give: (_caller, bytes) => {
        held -= bytes;
      },
    };
  }

  #hasRoom(caller: string, bytes: number): boolean {
    const { total, perCaller } = this.#limits;
    return this.#heldByOne(caller) + bytes <= perCaller && this.#held + bytes <= total;
  }

  #heldByOne(caller: string): number {
    return this.#heldBy.get(caller) ?? 0;
  }

  give(caller: string, bytes: number): void {
    const own = this.#heldByOne(caller) - bytes;
    if (own > 0) this.#heldBy.set(caller, own);
    else this.#heldBy.delete(caller);
    this.#held -= bytes;
  }
}
