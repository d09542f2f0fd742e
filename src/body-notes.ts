import { BodyEnds } from './http/body-ends.ts';
import type { BodyOnItsWay } from './mcp/message/message.ts';

/** Bounds what is held of the bodies of requests at once. */
export interface BodyBudget {
  /** Whether a caller may hold so many bytes more; if so, they are counted. */
  take(caller: string, bytes: number): boolean;
  /** They are not held any more. */
  give(caller: string, bytes: number): void;
}

/** What is counted of one request's body. */
export interface BodyHold {
  /** Whether so many bytes may be held in all; if so, they are counted until they are released. */
  hold(bytes: number): boolean;
  /** None is held any more, and none will be. */
  release(): void;
}

const NO_BUDGETS: readonly BodyBudget[] = [];

/** What the parts of a chain know of a request's body: what bounds it, who holds it, how it goes by. */
export class BodyNotes {
  #largest = Number.POSITIVE_INFINITY;
  #budgets: readonly BodyBudget[] = NO_BUDGETS;
  #hold: BodyHold | undefined;
  #ends: BodyOnItsWay | undefined;
  /** Whether a refusal waits for the id that may still come. Written by it alone. */
  isIdAwaited = false;

  /** How long it is at most. */
  get largest(): number {
    return this.#largest;
  }

  /** What is held of it counts in each of these; only added to. */
  get budgets(): readonly BodyBudget[] {
    return this.#budgets;
  }

  /** By `bodyLimit`: what is held counts in `budget` as well if `isAdded`, or if it counts in none yet. */
  limit(largest: number, budget: BodyBudget, isAdded: boolean): void {
    this.#largest = Math.min(this.#largest, largest);
    if (this.#budgets.length === 0 || isAdded) this.#budgets = [...this.#budgets, budget];
  }

  /** By whoever holds the body: the count is made by the first, and shared. */
  heldBy(create: () => BodyHold): BodyHold {
    this.#hold ??= create();
    return this.#hold;
  }

  /** What has gone by of a body that nobody has judged; undefined where nobody looks. */
  get ends(): BodyOnItsWay | undefined {
    return this.#ends;
  }

  /** By whoever takes the body of a POST, while an error may answer it: for its id. */
  watch(): BodyOnItsWay {
    this.#ends = new BodyEnds();
    return this.#ends;
  }

  /** It has been judged, or no error can answer it any more. */
  forget(): void {
    this.#ends = undefined;
  }
}
