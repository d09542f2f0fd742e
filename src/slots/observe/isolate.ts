import { FunctionFailure } from '../../lib/function-failure.ts';
import { noop } from '../../lib/noop.ts';
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
];

/**
 * The same observer with every callback there, and none that fails: the first failure becomes a
 * warning of the process, later ones are dropped.
 */
export function isolate(observer: Observer, report: ReportFailure): Required<Observer> {
  const guard = (name: keyof Observer) => {
    const callback: ((...args: never[]) => unknown) | undefined = observer[name];
    if (callback === undefined) return noop;
    return (...args: never[]) => {
      try {
        // Nobody waits for it, but what it rejects with must not end the process.
        Promise.resolve(callback.apply(observer, args)).then(notAwaited, (error) =>
          report(name, error),
        );
      } catch (error) {
        notAwaited(error, 0);
        report(name, error);
      }
    };
  };
  return Object.fromEntries(CALLBACKS.map((name) => [name, guard(name)])) as never;
}

/** Tells that a callback of an observer has failed. */
export type ReportFailure = (name: string, error: unknown) => void;

/**
 * Reports the first failure of one observer, and of each function that an observer of this package was given.
 * No message of an error is in it, because that may hold a secret, or lines that a client has made up.
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
