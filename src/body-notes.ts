import { BodyEnds } from './http/body-ends.ts';
import type { BodyOnItsWay } from './mcp/message/message.ts';

/** Bounds how many bytes of request bodies are held at once. */
export interface BodyBudget {
  /** Whether a caller may hold so many bytes more; if so, they are counted. */
  take(caller: string, bytes: number): boolean;
  /** These bytes are not held any more. */
  give(caller: string, bytes: number): void;
}

/** Counts the bytes that are held of one request's body. */
export interface BodyHold {
  /** Whether so many bytes may be held in all; if so, they are counted until they are released. */
  hold(bytes: number): boolean;
  /** No byte is held any more, and none will be. */
  release(): void;
}

const NO_BUDGETS: readonly BodyBudget[] = [];

/**
 * What the slots and the relay know of a request's body: its bounds, the count of what is held of it, its
 * first and last bytes.
 */
export class BodyNotes {
  #largest = Number.POSITIVE_INFINITY;
  #budgets: readonly BodyBudget[] = NO_BUDGETS;
  #hold: BodyHold | undefined;
  #ends: BodyOnItsWay | undefined;
  /** Whether a refusal waits for the id of the request, which may still come. Only that refusal writes it. */
  isIdAwaited = false;

  /** The largest length that the body may have, in bytes. */
  get largest(): number {
    return this.#largest;
  }

  /** The budgets that count what is held of the body. Slots only add to the list. */
  get budgets(): readonly BodyBudget[] {
    return this.#budgets;
  }

  /**
   * Called by `bodyLimit`. What is held counts in `budget` if `isAdded`, or if it counts in no budget yet.
   */
  limit(largest: number, budget: BodyBudget, isAdded: boolean): void {
    this.#largest = Math.min(this.#largest, largest);
    if (this.#budgets.length === 0 || isAdded) this.#budgets = [...this.#budgets, budget];
  }

  /** Called by every part that holds the body. The first caller makes the count, and all of them share it. */
  heldBy(create: () => BodyHold): BodyHold {
    this.#hold ??= create();
    return this.#hold;
  }

  /** The first and last bytes of a body that no slot has judged; undefined where they are not noted. */
  get ends(): BodyOnItsWay | undefined {
    return this.#ends;
  }

  /**
   * Begins to note the first and last bytes of a POST's body: an error that answers the request needs its id.
   */
  watch(): BodyOnItsWay {
    this.#ends = new BodyEnds();
    return this.#ends;
  }

  /** The body has been judged, or no error can answer the request any more. */
  forget(): void {
    this.#ends = undefined;
  }
}
