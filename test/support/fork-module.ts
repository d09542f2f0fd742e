import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';

/** Runs a module in a process of its own. */
export function forkModule(
  module: URL,
  args: readonly string[] = [],
  { execArgv = [], ...options }: ForkOptions = {},
): ChildProcess {
  return fork(module, args, {
    ...options,
    // Node 22 before 22.18 reads TypeScript only when told to.
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(process.features.typescript ? [] : ['--experimental-strip-types']),
      ...execArgv,
    ],
  });
}
