import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { configureNginx, NGINX_ENV } from '../../../examples/scale-out/nginx.ts';

export class Nginx {
  readonly port: number;
  readonly #folder: string;
  readonly #gateways: readonly number[];
  #child: ChildProcess | undefined;

  constructor(folder: string, port: number, gateways: readonly number[]) {
    this.#folder = folder;
    this.port = port;
    this.#gateways = gateways;
  }

  async start(): Promise<void> {
    const args = await configureNginx(this.#folder, this.port, this.#gateways);
    const child = spawn('nginx', args, { env: NGINX_ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    let log = '';
    child.stderr.on('data', (bytes) => {
      log += bytes;
    });
    while (!(await this.#listens())) {
      if (child.exitCode !== null) throw new Error(`nginx ended: ${log}`);
      await setTimeout(20);
    }
  }

  /** Gives when it is gone, and all its connections with it. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    await exit;
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
