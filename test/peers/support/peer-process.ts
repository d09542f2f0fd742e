import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll } from '@jest/globals';

/** The path of a file of an installed peer. */
export const installed = (path: string): string =>
  join(import.meta.dirname, '../node_modules', path);

const running: PeerProcess[] = [];

afterAll(async () => {
  await Promise.all(running.splice(0).map((peer) => peer.kill()));
});

/** A program that runs until the test file is over. */
export class PeerProcess extends EventEmitter {
  readonly #process: ChildProcess;
  /** Both of its outputs. */
  output = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    super();
    this.#process = spawn(process.execPath, args, {
      // A group of its own, so that what it starts ends with it.
      detached: true,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.push(this);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk) => {
        this.output += chunk;
        this.emit('change');
      });
    }
    this.#process.on('exit', () => this.emit('change'));
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** Waits until what it printed from `start` on matches. */
  async prints(pattern: RegExp, start = 0): Promise<void> {
    while (!pattern.test(this.output.slice(start))) {
      if (this.hasEnded) throw new Error(`Ended without ${pattern}:\n${this.output}`);
      await once(this, 'change');
    }
  }

  /** Waits until it takes connections. Not everybody says so, and mcp-proxy says it too early. */
  async accepts(port: number): Promise<void> {
    while (!(await isOpen(port))) {
      if (this.hasEnded) throw new Error(`Ended without listening:\n${this.output}`);
      await setTimeout(RETRY_MS);
    }
  }

  async kill(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined || this.hasEnded) return;
    const exit = once(this.#process, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exit;
  }
}

const RETRY_MS = 20;

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
