import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atTestEnd } from './servers.ts';

export interface Example {
  readonly process: ChildProcess;
  readonly port: number;
  /** Its exit code and the signal that ended it, when it has ended. */
  readonly exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
}

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** Runs an example that takes its port from the environment, in a process of its own. */
export async function startExample(
  file: string,
  env: Record<string, string>,
  options: Pick<ForkOptions, 'silent'> = {},
): Promise<Example> {
  const child = fork(pathOf(`examples/${file}`), {
    ...options,
    env: { ...process.env, ...env, PORT: '0' },
    // Node 22 before 22.18 reads TypeScript only when told to.
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(process.features.typescript ? [] : ['--experimental-strip-types']),
      `--import=${new URL('example-preload.ts', import.meta.url)}`,
    ],
  });
  atTestEnd(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit') as Example['exit'];
  const [port] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ])) as [number];
  return { process: child, port, exit };
}
