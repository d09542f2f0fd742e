import { contextOf, type FailureListener } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';

/**
 * A middleware that may run without a gateway, where no listener for its failures is set: then `warn` is
 * told. Within a gateway, a listener is set already.
 */
export function standAlone(warn: FailureListener, middleware: Middleware): Middleware {
  return function standAloneMiddleware(req, res, next) {
    const context = contextOf(req);
    if (context.onFailure !== undefined || context.onError !== undefined) {
      middleware(req, res, next);
      return;
    }
    context.onFailure = warn;
    middleware(req, res, (error) => {
      // The middleware behind it has a listener of its own.
      context.onFailure = undefined;
      next(error);
    });
  };
}
