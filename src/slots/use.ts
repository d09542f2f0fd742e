import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import { GatewayError } from '../errors.ts';
import { chain } from '../http/chain.ts';
import type { Middleware, Next } from '../http/middleware.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import { checkConfig } from '../options/config-problems.ts';

/**
 * The host app's own middlewares, in order. Each goes on at most once, and each of its failures,
 * thrown, rejected or handed to `next`, is answered for.
 */
export function hostMiddleware(middlewares: readonly unknown[]): Middleware {
  const own = checkConfig((problems) =>
    problems.list('', middlewares, isFunction, 'a middleware function', { atLeast: 1 }),
  );
  return chain(own.map(guard));
}

function guard(middleware: Middleware): Middleware {
  return function guardedMiddleware(req, res, next) {
    let decided = false;
    const decide: Next = (error) => {
      if (decided) return;
      decided = true;
      if (error === undefined || error === null) next();
      else answerError(req, res, 'internal_error', { cause: error });
    };
    const fail = (error: unknown) => {
      const cause = error ?? new Error('A middleware in `use` failed');
      // It has gone on already: the request is no longer its to fail, but somebody should know.
      if (!decided) return decide(cause);
      notAwaited(cause, 0);
      contextOf(req).report(new GatewayError('internal_error', cause));
    };
    try {
      Promise.resolve(middleware(req, res, decide)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

function isFunction(value: unknown): value is Middleware {
  return typeof value === 'function';
}
