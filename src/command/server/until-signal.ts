import { constants } from 'node:os';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Resolves at the first signal to end. A second one ends the process at once. */
export function untilSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let isEnding = false;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      // The exit code that a shell has for a process that a signal has ended.
      if (isEnding) process.exit(128 + constants.signals[signal]);
      isEnding = true;
      resolve(signal);
    });
  }
  return promise;
}
