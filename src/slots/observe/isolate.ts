import { noop } from '../../lib/noop.ts';
import { notAwaited } from '../../lib/not-awaited.ts';
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
export function isolate(observer: Observer): Required<Observer> {
  let isReported = false;
  const report = (name: string, error: unknown) => {
    if (isReported) return;
    isReported = true;
    process.emitWarning(`An observer of the MCP gateway failed in ${name}: ${textOf(error)}`, {
      type: 'McpGatewayWarning',
      code: 'MCP_GATEWAY_OBSERVER',
    });
  };
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

/** Anything can be thrown, even what has no text. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error without a text';
  }
}
