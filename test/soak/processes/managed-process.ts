import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { forkModule } from '../../support/fork-module.ts';
import type { Life } from './life.ts';

/** A process that is killed and started again on the same port. */
export class ManagedProcess {
  readonly name: string;
  readonly port: number;
  readonly lives: Life[] = [];
  /** The error output of all its lives. */
  log = '';
  /** How lives ended that were not killed. */
  readonly crashes: string[] = [];
  readonly #module: URL;
  readonly #settings: object;
  #child: ChildProcess | undefined;
  #asked = 0;

  constructor(name: string, port: number, module: URL, settings: object = {}) {
    this.name = name;
    this.port = port;
    this.#module = module;
    this.#settings = settings;
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  /** The present life, or the last. */
  get life(): Life {
    const life = this.lives.at(-1);
    if (life === undefined) throw new Error(`${this.name} was never started`);
    return life;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    const id = `${this.name}/${this.lives.length + 1}`;
    const settings = JSON.stringify({ ...this.#settings, id, port: this.port });
    const child = forkModule(this.#module, [settings], {
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (bytes) => {
      this.log += bytes;
    });
    const failure = new AbortController();
    child.once('exit', (code, signal) => {
      failure.abort(new Error(`${id} ended with ${code ?? signal}\n${this.log}`));
    });
    await Promise.race([once(child, 'message'), once(failure.signal, 'abort')]);
    failure.signal.throwIfAborted();
    const life: Life = {
      id,
      pid: child.pid as number,
      readyAt: Date.now(),
      killedAt: Number.POSITIVE_INFINITY,
      goneAt: Number.POSITIVE_INFINITY,
    };
    child.once('exit', (code, signal) => {
      if (Number.isFinite(life.killedAt)) return;
      this.crashes.push(`${id} ended with ${code ?? signal}`);
    });
    this.#child = child;
    this.lives.push(life);
  }

  /** Resolves when the process has ended. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const { life } = this;
    const exit = once(child, 'exit');
    life.killedAt = Date.now();
    child.kill('SIGKILL');
    await exit;
    life.goneAt = Date.now();
  }

  /** Asks it one of the questions that it answers: see `serveAsChild`. */
  async ask<T>(question: string): Promise<T> {
    const child = this.#child;
    if (child === undefined) throw new Error(`${this.name} is down`);
    this.#asked += 1;
    const number = this.#asked;
    child.send({ number, question });
    for (;;) {
      const [reply] = await once(child, 'message');
      if (reply.number === number) return reply.answer;
    }
  }
}
