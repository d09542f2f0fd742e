import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../support/free-ports.ts';

/** A document that runs. */
export interface RunningGateway {
  readonly port: number;
  close(): Promise<void>;
}

/** What keeps a document from starting. */
export class DoesNotStart extends Error {}

/**
 * Runs a document in the program of KrakenD itself.
 *
 * @throws {DoesNotStart} with what it says.
 */
export async function startKrakend(
  program: string,
  name: string,
  fill: (port: number) => string,
): Promise<RunningGateway> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'beside-krakend-'));
  const file = join(folder, `${name}.json`);
  writeFileSync(file, fill(port));
  const child = spawn(program, ['run', '--config', file, '--port', String(port)], {
    // It would tell its makers that it runs.
    env: { ...process.env, USAGE_DISABLE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const exit = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true });
  };
  try {
    await listening(child, port);
  } catch {
    await close();
    throw new DoesNotStart((await said).join('\n').trim());
  }
  return { port, close };
}

/** Waits until it takes connections; fails where it ends, or takes longer than some seconds. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (await takes(port)) return;
    await wait(50);
  }
  throw new Error('It does not listen');
}

function takes(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
