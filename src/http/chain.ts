import type { Middleware, Next } from './middleware.ts';

/**
 * One middleware that runs `slots` in order; the first that does not call `next` ends the chain. A
 * slot that is off is not in it.
 */
export function chain(slots: readonly (Middleware | undefined)[]): Middleware {
  const steps = slots.filter((slot) => slot !== undefined);
  return function runChain(req, res, next): void {
    let position = 0;
    const advance: Next = (error) => {
      if (error !== undefined && error !== null) return next(error);
      const step = steps[position++];
      if (step === undefined) return next();
      try {
        step(req, res, advance);
      } catch (error) {
        // Behind a slot that waited for something, nobody else would catch it.
        next(error);
      }
    };
    advance();
  };
}
