import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const RELEASE = 'fastmcp==4.2.3';
const ENVIRONMENT = fileURLToPath(
  new URL('../../node_modules/.cache/bench-fastmcp', import.meta.url),
);
const PYTHON = join(ENVIRONMENT, 'bin/python');

/** FastMCP in front of the API; a text that says why where it cannot be had. */
export async function startFastMcp(origin: string): Promise<FastMcp | string> {
  const problem = install();
  if (problem !== undefined) return problem;
  const script = fileURLToPath(new URL('./proxies/rest-fastmcp.py', import.meta.url));
  const child = spawn(PYTHON, [script, origin], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout as Readable);
  const [url] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`FastMCP ended with ${code}`))),
  ]);
  return new FastMcp(url, child);
}

/** A server in Python, in a process of its own. */
export class FastMcp {
  readonly url: string;
  readonly #process: ChildProcess;

  constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#process = child;
  }

  /** The CPU time of the process so far, user and system, in microseconds. */
  async cpuMicros(): Promise<number> {
    return Number(await (await fetch(new URL('/cpu', this.url))).text());
  }

  stop(): void {
    this.#process.kill();
  }
}

/** Into a virtual environment of its own, once. Gives why it cannot be, if so. */
function install(): string | undefined {
  if (succeeds(PYTHON, '-c', 'import fastmcp')) return undefined;
  mkdirSync(dirname(ENVIRONMENT), { recursive: true });
  if (!succeeds('python3', '-m', 'venv', ENVIRONMENT)) return 'there is no python3 with venv';
  const isThere = succeeds(PYTHON, '-m', 'pip', 'install', '--quiet', RELEASE);
  return isThere ? undefined : `pip cannot install ${RELEASE}`;
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
