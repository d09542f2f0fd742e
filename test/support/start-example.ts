import type { ChildProcess, ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { forkModule } from './fork-module.ts';
import { atTestEnd } from './servers.ts';

export interface Example {
  readonly process: ChildProcess;
  readonly port: number;
  /** Its exit code and the signal that ended it, when it has ended. */
  readonly exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
}

/**
 * Runs an example that takes its port from the environment, in a process of its own.
 *
 * @param options - `preload`: further modules to load before the example.
 */
export async function startExample(
  file: string,
  env: Record<string, string>,
  options: Pick<ForkOptions, 'silent' | 'cwd'> & { readonly preload?: readonly URL[] } = {},
): Promise<Example> {
  const { preload = [], ...rest } = options;
  const preloads = [new URL('example-preload.ts', import.meta.url), ...preload];
  const child = forkModule(new URL(`../../examples/${file}`, import.meta.url), [], {
    ...rest,
    env: { ...process.env, ...env, PORT: '0' },
    execArgv: preloads.map((url) => `--import=${url}`),
  });
  atTestEnd(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit') as Example['exit'];
  const [port] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`))),
  ])) as [number];
  return { process: child, port, exit };
}

export interface LoggedExample {
  readonly port: number;
  /** Ends the example; gives its error output, and the signal that ended it. */
  end(): Promise<{ log: string; signal: unknown }>;
}

/**
 * Runs an example whose errors are kept until it ends.
 *
 * @param options - `isPatient`: its stores have no time limit.
 */
export async function startLoggedExample(
  file: string,
  env: Record<string, string>,
  { isPatient }: { readonly isPatient: boolean },
): Promise<LoggedExample> {
  const preload = isPatient ? [new URL('patient-stores.ts', import.meta.url)] : [];
  const { process, port, exit } = await startExample(file, env, { silent: true, preload });
  const log = text(process.stderr as Readable);
  process.stdout?.resume();
  return {
    port,
    async end() {
      process.kill('SIGTERM');
      const [, signal] = await exit;
      return { log: await log, signal };
    },
  };
}
