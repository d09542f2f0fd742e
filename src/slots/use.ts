import { answerError } from '../answer-error.ts';
import { contextOf } from '../context.ts';
import { chain } from '../http/chain.ts';
import type { Middleware, Next } from '../http/middleware.ts';
import { FunctionFailure } from '../lib/function-failure.ts';
import { notAwaited } from '../lib/not-awaited.ts';
import { plain } from '../lib/plain-error.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { pathsIn } from '../options/paths-in.ts';
import type { Slot } from './slot.ts';

/** A middleware of the app, and where it stands in the configuration. */
export interface OwnMiddleware {
  readonly middleware: Middleware;
  readonly option: string;
}

/** Reads one middleware or a list of them. */
export function readUse(problems: ConfigProblems, value: unknown): readonly OwnMiddleware[] {
  const paths = pathsIn(problems, value);
  return problems
    .list(value, isFunction, 'a middleware function', { atLeast: 1, orOne: true })
    .map((middleware, i) => ({ middleware, option: paths[i] ?? problems.path }));
}

/**
 * The host app's own middlewares, in order. Each goes on at most once. If it throws, rejects or hands an
 * error to `next` before that, the answer is a 500.
 */
export function useMiddlewares(own: readonly OwnMiddleware[]): Middleware {
  return chain(own.map(guard));
}

function guard({ middleware, option }: OwnMiddleware): Middleware {
  return function guardedMiddleware(req, res, next) {
    let decided = false;
    const decide: Next = (error) => {
      if (decided) return;
      decided = true;
      if (error === undefined || error === null) next();
      else answerError(req, res, 'internal_error', { cause: new FunctionFailure(option, error) });
    };
    const fail = (error: unknown) => {
      const cause = error ?? plain(new Error('A middleware in `use` failed'));
      // If the middleware has gone on already, it cannot fail the request any more, but its failure is
      // reported.
      if (!decided) return decide(cause);
      notAwaited(cause, 0);
      contextOf(req).report('internal_error', new FunctionFailure(option, cause));
    };
    try {
      Promise.resolve(middleware(req, res, decide)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
}

/** Leaves the app's middlewares out, because they may do anything. */
function leaveOut(own: readonly OwnMiddleware[]): Middleware {
  const detail = `not run: ${own.map(({ option }) => option).join(', ')}`;
  return function leaveOutMiddleware(req, _res, next) {
    contextOf(req).observation?.unasked?.(detail);
    next();
  };
}

function isFunction(value: unknown): value is Middleware {
  return typeof value === 'function';
}

/** The slot. */
export const use: Slot<{ readonly use?: unknown }, readonly OwnMiddleware[], 'use'> = {
  name: 'use',
  options: ['use'],
  read: (problems, { use: value = false }) =>
    value === false ? undefined : readUse(problems.at('use'), value),
  build: (own) => useMiddlewares(own),
  rehearse: (own) => leaveOut(own),
};
