import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';

/** The default engine of gateways, as the Jest project or the process has set it. */
const isWithUndici = (globalThis as { engine?: 'undici' }).engine === 'undici';
const WITH_UNDICI = `--import=${new URL('with-undici.ts', import.meta.url)}`;

/** Runs a module in its own process. */
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
