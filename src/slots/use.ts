import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import { GatewayError } from '../errors.ts';
import { chain } from '../http/chain.ts';
import type { Middleware, Next } from '../http/middleware.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import { asList } from '../options/as-list.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import type { Slot } from './slot.ts';

/** Reads one middleware or a list of them. */
export function readUse(problems: ConfigProblems, value: unknown): readonly Middleware[] {
  return problems.list(asList(value), isFunction, 'a middleware function', { atLeast: 1 });
}

/**
 * The host app's own middlewares, in order. Each goes on at most once, and each of its failures,
 * thrown, rejected or handed to `next`, is answered for.
 */
export function useMiddlewares(own: readonly Middleware[]): Middleware {
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

/** The slot. */
export const use: Slot<{ readonly use?: unknown }, readonly Middleware[], 'use'> = {
  name: 'use',
  options: ['use'],
  read: (problems, { use: value = false }) =>
    value === false ? undefined : readUse(problems.at('use'), value),
  build: (own) => useMiddlewares(own),
};
