import { type ChildProcess, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { describe, test } from '@jest/globals';
import { createClient } from 'redis';
import { startRedisServer } from './redis-server.ts';
import { atTestEnd } from './servers.ts';

/** `describe` if a Redis server can be started. Otherwise it skips the tests and prints that. */
export function describeRedis(name: string, body: () => void): void {
  if (spawnSync('redis-server', ['--version']).status === 0) {
    describe(name, body);
    return;
  }
  process.stderr.write(`Skipped: ${name} (no redis-server)\n`);
  test.skip(name, () => {});
}

/** A Redis server in a process of its own, empty, until the test is over. */
export interface Redis {
  readonly url: string;
  /** Sends it one command, as `redis-cli` would. */
  ask(command: string, ...args: string[]): Promise<unknown>;
  /** Kills it, as a crash would. Resolves when it has ended; its data is lost. */
  crash(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Stops the process: the system still takes connections and bytes for it, but it answers nothing. */
  hang(): void;
  /** Lets the process go on, with all commands that came meanwhile. */
  resume(): void;
}

export async function startRedis(): Promise<Redis> {
  const [port, server] = await listenSomewhere();
  const url = `redis://127.0.0.1:${port}`;
  let current = server;
  return {
    url,
    async ask(...command) {
      const client = createClient({ url });
      await client.connect();
      return client.sendCommand(command).finally(() => client.destroy());
    },
    async crash() {
      const exit = once(current, 'exit');
      current.kill('SIGKILL');
      await exit;
    },
    async restart() {
      const next = await listenOn(port);
      if (next === undefined) throw new Error(`Redis does not start again on ${port}`);
      current = next;
    },
    hang: () => void current.kill('SIGSTOP'),
    resume: () => void current.kill('SIGCONT'),
  };
}

async function listenSomewhere(): Promise<[port: number, server: ChildProcess]> {
  for (let tries = 0; tries < 20; tries += 1) {
    // Below the ports that outgoing connections get: nothing takes it while the server is down.
    const port = randomInt(10_000, 32_768);
    const server = await listenOn(port);
    if (server !== undefined) return [port, server];
  }
  throw new Error('Redis does not start');
}

async function listenOn(port: number): Promise<ChildProcess | undefined> {
  const server = await startRedisServer(port);
  if (server !== undefined) atTestEnd(() => void server.kill('SIGKILL'));
  return server;
}
