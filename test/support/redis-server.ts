import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Gives the server when it is ready; undefined if it ends before, because the port is taken. */
export function startRedisServer(port: number): Promise<ChildProcess | undefined> {
  const options = { port, bind: '127.0.0.1', save: '', appendonly: 'no' };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    createInterface(server.stdout).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve(server);
    });
    server.once('exit', () => resolve(undefined));
  });
}
