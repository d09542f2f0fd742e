import type { BodyHold } from '../../body-notes.ts';
import type { RequestContext } from '../../context.ts';
import { userKey } from '../user-key.ts';

/**
 * What one request holds of its body. The same bytes count once in every budget of the request, however many
 * slots read them.
 */
export class CountedBody implements BodyHold {
  readonly #context: RequestContext;
  readonly #caller: string;
  /** The bytes held in each budget of the context. Budgets are only ever added to that list. */
  readonly #held: number[] = [];
  #isOver = false;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#caller = userKey(context);
  }

  hold(bytes: number): boolean {
    if (this.#isOver) return false;
    for (const [i, budget] of this.#context.body.budgets.entries()) {
      const held = this.#held[i] ?? 0;
      if (bytes <= held) continue;
      if (!budget.take(this.#caller, bytes - held)) return false;
      this.#held[i] = bytes;
    }
    return true;
  }

  release(): void {
    this.#isOver = true;
    for (const [i, bytes] of this.#held.entries()) {
      this.#context.body.budgets[i]?.give(this.#caller, bytes);
    }
    this.#held.length = 0;
  }
}

/** Begins to count what is held of the body of a request. */
export function holdBody(context: RequestContext): BodyHold {
  return new CountedBody(context);
}
