import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onCores } from './cores.ts';
import { forgetPeak, socketsOf, type Usage, usageOf } from './proc.ts';

/** A proxy in a process of its own, on the core of what is measured. */
export interface Program {
  /** Where it takes requests. */
  readonly url: string;
  /** What it has used so far; undefined where nobody can tell. */
  usage(): Promise<Usage | undefined>;
  forgetPeak(): void;
  sockets(): number | undefined;
  stop(): Promise<void>;
}

/** A program that does not run here, with what it said. */
export class DoesNotStart extends Error {
  /** The lines of an error that say what is wrong, or all it said. */
  get reason(): string {
    const from = Math.max(0, this.message.search(/^\w*Error: /m));
    const [first = ''] = this.message.slice(from).split('\n    at ');
    return first;
  }
}

/** The Node that runs the bench itself, or another one. */
export interface NodeSettings {
  readonly node: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a module that calls `serve`. `settings` become its argument as JSON.
 *
 * @throws {DoesNotStart}
 */
export async function startModule(
  module: URL,
  settings: unknown,
  { node, env }: NodeSettings,
): Promise<Program> {
  const [command, args] = onCores('proxy', node, [
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(module),
    JSON.stringify(settings),
  ]);
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  const said = collect(child);
  const url = await Promise.race([
    once(child, 'message').then(([message]) => String(message)),
    once(child, 'exit').then(() => Promise.reject(new DoesNotStart(said()))),
  ]);
  const pid = child.pid as number;
  return {
    url,
    usage: async () => usageOf(pid) ?? (await ask(child)),
    forgetPeak: () => forgetPeak(pid),
    sockets: () => socketsOf(pid),
    stop: () => stop(child),
  };
}

/**
 * Starts a program that takes connections on `port`.
 *
 * @throws {DoesNotStart}
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  port: number,
  options: SpawnOptions = {},
): Promise<Program> {
  const [pinned, all] = onCores('proxy', command, args);
  const child = spawn(pinned, all, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = collect(child);
  const pid = child.pid as number;
  const isUp = await listens(child, port);
  if (!isUp) {
    await stop(child);
    throw new DoesNotStart(said());
  }
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    usage: async () => usageOf(pid),
    forgetPeak: () => forgetPeak(pid),
    sockets: () => socketsOf(pid),
    stop: () => stop(child),
  };
}

/** What it writes to its standard error, the last of it. */
function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + String(chunk)).slice(-4000);
  });
  return () => text.trim();
}

async function ask(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = await once(child, 'message');
  return usage as Usage;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 2000);
  await exit;
  clearTimeout(patience);
}

async function listens(child: ChildProcess, port: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    if (await takes(port)) return true;
    await wait(50);
  }
  return false;
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
