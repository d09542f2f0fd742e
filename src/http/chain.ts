import type { Middleware, Next } from './middleware.ts';

/**
 * One middleware that runs `slots` in order; the first that does not call `next` ends the chain. A
 * slot that is off is not in it.
 */
export function chain(slots: readonly (Middleware | undefined)[]): Middleware {
  const steps = slots.filter((slot) => slot !== undefined);
  return function runChain(req, res, next): void {
    let position = 0;
    let hasLeft = false;
    const leave: Next = (error) => {
      hasLeft = true;
      next(error);
    };
    const advance: Next = (error) => {
      const step = steps[position++];
      if (step === undefined || (error !== undefined && error !== null)) return leave(error);
      try {
        step(req, res, advance);
      } catch (error) {
        // An error from outside of the chain is thrown on. An error of a slot goes to `next`: behind a slot
        // that waited for something, no other code would catch it.
        if (hasLeft) throw error;
        // Without an error, the request would go on past all that is left of the chain.
        leave(error ?? new Error('A slot threw nothing'));
      }
    };
    advance();
  };
}
