import { contextOf, type FailureListener } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';

/**
 * A middleware that may stand without a gateway, where nobody could say who is to be told of its failures: `warn`
 * is. Within a gateway, somebody is told already.
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
      // What follows has its own.
      context.onFailure = undefined;
      next(error);
    });
  };
}
