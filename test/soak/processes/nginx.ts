import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { configureNginx, NGINX_ENV } from '../../../examples/scale-out/nginx.ts';

export class Nginx {
  readonly port: number;
  readonly #folder: string;
  readonly #gateways: readonly number[];
  #child: ChildProcess | undefined;
  /** Its error log. */
  log = '';

  constructor(folder: string, port: number, gateways: readonly number[]) {
    this.#folder = folder;
    this.port = port;
    this.#gateways = gateways;
  }

  async start(): Promise<void> {
    const args = await configureNginx(this.#folder, this.port, this.#gateways);
    await this.#waitForSlowGateways();
    const child = spawn('nginx', args, { env: NGINX_ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    child.stderr.on('data', (bytes) => {
      this.log += bytes;
    });
    while (!(await this.#listens())) {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${this.log}`);
      await setTimeout(20);
    }
  }

  /** Resolves when it has ended, and all its connections are closed. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
  }

  /** Long timeouts: a killed process refuses connections at once, and nginx should wait for a slow one. */
  async #waitForSlowGateways(): Promise<void> {
    const file = join(this.#folder, 'gateways.conf');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/proxy_connect_timeout \w+;/, 'proxy_connect_timeout 60s;'));
  }

  async #listens(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    return once(socket, 'connect')
      .then(
        () => true,
        () => false,
      )
      .finally(() => socket.destroy());
  }
}
