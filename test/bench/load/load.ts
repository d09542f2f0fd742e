import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onCores } from '../machine/cores.ts';
import type { Commands } from './process.ts';

type Settings<C extends keyof Commands> = Parameters<Commands[C]>[1];
type Result<C extends keyof Commands> = Awaited<ReturnType<Commands[C]>>;

/** The process of clients and upstream, on the cores that what is measured does not have. */
export class Load {
  /** Where the upstream is. */
  readonly port: number;
  readonly #process: ChildProcess;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#process = child;
  }

  static async start(): Promise<Load> {
    const module = fileURLToPath(new URL('./process.ts', import.meta.url));
    const [command, args] = onCores('load', process.execPath, [module]);
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.once('exit', (code) => {
      if (code) throw new Error(`The process of the load ended with ${code}`);
    });
    const [port] = await once(child, 'message');
    return new Load(Number(port), child);
  }

  async run<C extends keyof Commands>(command: C, settings: Settings<C>): Promise<Result<C>> {
    this.#process.send({ command, settings });
    const [{ result, error }] = await once(this.#process, 'message');
    if (error !== undefined) throw new Error(error);
    return result;
  }

  stop(): void {
    this.#process.disconnect();
  }
}
