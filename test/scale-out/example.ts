import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { forkModule } from '../support/fork-module.ts';

/** The example as a user runs it, who types commands and reads what it says. */
export class Example extends EventEmitter {
  readonly adminKey: string = 'key-of-the-operator';
  /** What each process listens on, by its name. */
  readonly ports: Map<string, number> = new Map();
  readonly #process: ChildProcess;
  readonly #exit: Promise<unknown[]>;
  #output = '';
  #url = '';

  constructor() {
    super();
    this.#process = forkModule(
      new URL('../../examples/scale-out/start.ts', import.meta.url),
      ['--random-ports'],
      {
        env: { ...process.env, ADMIN_KEY: this.adminKey },
        stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
      },
    );
    this.#exit = once(this.#process, 'exit');
    this.#process.stdout?.on('data', (bytes) => {
      this.#output += bytes;
      this.emit('output');
    });
    this.#process.stdout?.on('close', () => this.emit('output'));
  }

  /** The URL of nginx. */
  get url(): string {
    return this.#url;
  }

  /** Gives when all processes listen. */
  async isUp(): Promise<void> {
    const introduction = await this.#says(/Ctrl-C ends all/);
    this.#url = /nginx (\S+)/.exec(introduction)?.[1] ?? '';
    this.ports.set('nginx', Number(new URL(this.#url).port));
    for (const [, name = '', port] of introduction.matchAll(/([\w-]+) on (\d+)/g)) {
      this.ports.set(name, Number(port));
    }
  }

  /** Types a command; gives what was said until it was done. */
  async type(command: string, done: RegExp): Promise<string> {
    this.#output = '';
    this.#process.stdin?.write(`${command}\n`);
    return this.#says(done);
  }

  /** Sends a request to a gateway as its operator would; without a key, as anybody. */
  async admin(gateway: string, path: string, key?: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.ports.get(gateway)}/admin/${path}`, {
      method: path === 'targets' ? 'GET' : 'POST',
      headers: key === undefined ? {} : { 'X-Api-Key': key },
    });
  }

  /** The endpoint of an upstream itself. */
  urlOf(upstream: string): string {
    return `http://127.0.0.1:${this.ports.get(upstream)}/mcp`;
  }

  nameOf(port: number): string {
    return [...this.ports].find(([, own]) => own === port)?.[0] ?? '';
  }

  /** Sends it the signal; gives its exit code and the signal that ended it, if one did. */
  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    this.#process.kill(signal);
    return this.#exit;
  }

  async #says(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#output)) {
      if (this.#process.stdout?.closed) {
        throw new Error(`It has ended without ${pattern}: ${this.#output}`);
      }
      await once(this, 'output');
    }
    return this.#output;
  }
}
