import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Debian has it where the paths of users other than root do not lead. */
export const NGINX_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin`,
};

/** Everything that belongs around the file that users have: one process, nothing outside `folder`. */
const AROUND = `
daemon off;
pid nginx.pid;
error_log stderr error;
worker_processes 1;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include gateways.conf;
}
`;

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
    const user = userInfo();
    const main = user.uid === 0 ? `user ${user.username};${AROUND}` : AROUND;
    await writeFile(join(this.#folder, 'nginx.conf'), main);
    await writeFile(join(this.#folder, 'gateways.conf'), await this.#ownConf());
    const args = ['-p', this.#folder, '-c', 'nginx.conf', '-e', 'stderr'];
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

  /** The file that users have, with the ports of this run. */
  async #ownConf(): Promise<string> {
    const text = await readFile(new URL('../nginx.conf', import.meta.url), 'utf8');
    const [first = '', ...others] = text.match(/^ *server 127\.0\.0\.1:\d+ .*;\n/gm) ?? [];
    const servers = this.#gateways.map((port) => first.replace(/:\d+/, `:${port}`));
    return others
      .reduce((rest, line) => rest.replace(line, ''), text)
      .replace(first, servers.join(''))
      .replace(/listen 127\.0\.0\.1:\d+;/, `listen 127.0.0.1:${this.port};`);
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
