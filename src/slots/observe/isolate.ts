import { FunctionFailure } from '../../lib/function-failure.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
import { toldThrown } from '../../lib/told-error.ts';
import type { Follow } from './followed-request.ts';
import { FOLLOW, type FollowingObserver } from './follower.ts';
import type { Observer } from './observer.ts';

/** The callbacks of an observer. */
export const CALLBACKS: readonly (keyof Observer)[] = [
  'onRequest',
  'onDecision',
  'onResponse',
  'onEvent',
  'onClose',
  'onTarget',
  'onUpdate',
];

/** The callbacks that the observers have. What no observer asks for need not be found out. */
export type Callbacks = {
  readonly [Name in keyof Observer]-?: readonly Required<Observer>[Name][];
};

/** The callbacks where no observer is to be told any more. */
export const NO_CALLBACKS: Callbacks = callbacksOf([]);

/**
 * The callbacks of observers, made so that none throws: the first failure of an observer becomes a warning of
 * the process, later ones are dropped.
 */
export function callbacksOf(
  observers: readonly (readonly [observer: Observer, report: ReportFailure])[],
): Callbacks {
  const lists = CALLBACKS.map((name) => [
    name,
    observers.flatMap(([observer, report]) => isolated(observer, name, report) ?? []),
  ]);
  return Object.fromEntries(lists);
}

function isolated(observer: Observer, name: keyof Observer, report: ReportFailure) {
  const callback: ((...args: never[]) => unknown) | undefined = observer[name];
  if (callback === undefined) return undefined;
  const fail = (error: unknown) => report(name, error);
  return (...args: never[]) => {
    try {
      const given = callback.apply(observer, args);
      // The promise is not waited for, but its rejection must not end the process.
      if (mayWait(given)) Promise.resolve(given).then(notAwaited, fail);
    } catch (error) {
      notAwaited(error, 0);
      fail(error);
    }
  };
}

/**
 * Whether it may be a promise, or hold one. Most callbacks give nothing, and to make a promise of that costs
 * more than the call.
 */
function mayWait(given: unknown): boolean {
  return (typeof given === 'object' && given !== null) || typeof given === 'function';
}

/** Tells that a callback of an observer has failed. */
export type ReportFailure = (name: string, error: unknown) => void;

/**
 * Reports the first failure of one observer, and of each function that an observer of this package was given.
 * The report holds no message of an error, because a message may hold a secret, or lines that a client has
 * made up.
 */
export function failureReport(): ReportFailure {
  const told = new Set<string>();
  return (name, error) => {
    const option = error instanceof FunctionFailure ? error.option : undefined;
    const kind = option ?? '';
    if (told.has(kind)) return;
    told.add(kind);
    const what =
      option === undefined
        ? `An observer of the MCP gateway failed in ${name}`
        : `${option} failed`;
    const thrown = error instanceof FunctionFailure ? error.thrown : error;
    process.emitWarning(`${what}: ${toldThrown(thrown)}`, {
      type: 'McpGatewayWarning',
      code: 'MCP_GATEWAY_OBSERVER',
    });
  };
}

/** Makes followers of requests, where an observer has them. */
export function isolatedFollow(
  observer: FollowingObserver,
  report: ReportFailure,
): Follow | undefined {
  if (observer[FOLLOW] === undefined) return undefined;
  return (context, gateway) => {
    try {
      const follower = observer[FOLLOW]?.(context.view, gateway);
      return follower && { follower, report };
    } catch (error) {
      notAwaited(error, 0);
      report('onRequest', error);
      return undefined;
    }
  };
}
