/** How many steps an evaluation may take. */
export const MOST_STEPS = 100_000;

/** How many characters are read or written for one step. */
export const CHARS_PER_STEP = 100;

/** Thrown where an evaluation would take more steps. */
export class OverBudget extends Error {
  constructor() {
    super(`over the budget of ${MOST_STEPS} steps`);
  }
}

/** One object for all: it is thrown again and again where an expression ignores errors. */
const OVER = new OverBudget();

/**
 * Counts the steps of the evaluation that is under way. Evaluations are synchronous, so there is one at a
 * time; one inside of another, by a getter of a principal, has a budget of its own.
 */
class Budget {
  #left = 0;

  /**
   * Runs an evaluation. It throws if that took too many steps, even where there is a value: `||` hides
   * errors. The library makes an `Error` of each error. Its stack would take longer than all else, and is
   * never read, so none is made meanwhile. Where `Error` is frozen, stacks are made.
   */
  limit<T>(evaluate: () => T): T {
    const outer = this.#left;
    const { stackTraceLimit } = Error;
    this.#left = MOST_STEPS;
    try {
      Reflect.set(Error, 'stackTraceLimit', 0);
      const value = evaluate();
      if (this.#left < 0) throw OVER;
      return value;
    } finally {
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
      this.#left = outer;
    }
  }

  /** Once the budget is spent, each further step throws. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw OVER;
  }

  /** Spends all of the budget, for work that would take too long in one step. */
  exhaust(): never {
    this.#left = -1;
    throw OVER;
  }

  /** Spends steps on a text: short ones, as most are, cost nothing. */
  spendOn(chars: number): void {
    if (chars >= CHARS_PER_STEP) this.spend(Math.floor(chars / CHARS_PER_STEP));
  }
}

export const budget: Budget = new Budget();
