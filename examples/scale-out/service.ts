import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { isTaken } from './ports.ts';

/** The program to run, and its arguments and environment. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Whether all its output is shown; otherwise its output is shown only if it does not start. */
  readonly isLoud: boolean;
}

/** Characters of output that are kept, for the error of a process that does not start. */
const MOST_LOG = 10_000;

/** A process that listens on one port; it can be ended, and started again. */
export class Service {
  readonly name: string;
  readonly port: number;
  readonly #command: Command;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(name: string, port: number, command: Command) {
    this.name = name;
    this.port = port;
    this.#command = command;
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    if (this.isUp) return;
    const { program, args, env } = this.#command;
    // Only a module of ours uses the channel, to end with this process.
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    for (const output of [child.stdout, child.stderr]) output?.on('data', this.#onOutput);
    const failure = new AbortController();
    const fail = (error: Error) => {
      this.#child = undefined;
      failure.abort(error);
    };
    child.once('error', fail);
    child.once('exit', (code, signal) => {
      fail(new Error(`${this.name} has ended with ${code ?? signal}\n${this.#log}`));
    });
    while (!(await isTaken(this.port))) {
      failure.signal.throwIfAborted();
      await setTimeout(20);
    }
  }

  /** Resolves when the process has ended. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  readonly #onOutput = (bytes: Buffer): void => {
    this.#log = `${this.#log}${bytes}`.slice(-MOST_LOG);
    if (!this.#command.isLoud) return;
    for (const line of bytes.toString().trimEnd().split('\n')) console.log(`${this.name}: ${line}`);
  };
}

/** A module of this folder, in a process of its own that ends with this one. */
export function nodeModule(file: string, env: Record<string, string>): Command {
  const path = (name: string) => new URL(name, import.meta.url).href;
  const args = [
    ...process.execArgv,
    `--import=${path('end-with-parent.ts')}`,
    new URL(file, import.meta.url).pathname,
  ];
  return { program: process.execPath, args, env: { ...process.env, ...env }, isLoud: true };
}
