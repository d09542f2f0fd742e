import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server in a process of its own, so that the CPU time of that process is the server's. */
export class Child {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  /** Starts a module that calls {@link serveAsChild}; `args` become its arguments. */
  static async start(module: string, ...args: string[]): Promise<Child> {
    const child = fork(new URL(module, import.meta.url), args, {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    child.once('exit', (code) => {
      if (code) throw new Error(`${module} exited with code ${code}`);
    });
    const [url] = await once(child, 'message');
    return new Child(url, child);
  }

  /** The CPU time of the process so far, user and system, in microseconds. */
  async cpuMicros(): Promise<number> {
    this.#process.send('cpu');
    const [micros] = await once(this.#process, 'message');
    return micros;
  }

  stop(): void {
    this.#process.disconnect();
  }
}

/** The other end: serves `listener` on a free port for as long as the parent is there. */
export function serveAsChild(listener: RequestListener): void {
  const server = createServer(listener);
  // A round takes longer than Node would wait for the next one.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => {
    process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  });
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit());
}
