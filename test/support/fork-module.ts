import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';

/** What the project or the process has for the engine of gateways that are given none. */
const isWithUndici = (globalThis as { engine?: 'undici' }).engine === 'undici';
const WITH_UNDICI = `--import=${new URL('with-undici.ts', import.meta.url)}`;

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
      ...(isWithUndici ? [WITH_UNDICI] : []),
      ...execArgv,
    ],
  });
}
