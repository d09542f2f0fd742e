import { answerError } from '../answer-error.ts';
import type { Middleware } from '../http/middleware.ts';

/**
 * The same middleware, but its failures are answered here: `next` with an error would lead to the host app's
 * error page, which shows a stack.
 */
export function contain(middleware: Middleware): Middleware {
  return function containedMiddleware(req, res, next) {
    middleware(req, res, (error) => {
      if (error === undefined || error === null) next();
      else answerError(req, res, 'internal_error', { cause: error });
    });
  };
}
