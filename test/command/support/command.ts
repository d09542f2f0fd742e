import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { forkModule } from '../../support/fork-module.ts';
import { atTestEnd } from '../../support/servers.ts';

const COMMAND = new URL('../../../src/command/bin.ts', import.meta.url);
/** Lets a module of a test import this package by its name. */
const PRELOAD = new URL('../../support/example-preload.ts', import.meta.url);

/** What the command says, and how it ends. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command, in a process of its own, once it listens. */
export interface RunningCommand {
  readonly process: ChildProcess;
  readonly port: number;
  /** The first line of the standard output that a pattern matches. */
  line(pattern: RegExp): Promise<string>;
  /** The same of the standard error. */
  complaint(pattern: RegExp): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** A folder with these files until the test is over. */
export async function folderWith(
  files: Readonly<Record<string, string | object>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'command-'));
  atTestEnd(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const isText = typeof content === 'string';
    await writeFile(join(folder, name), isText ? content : JSON.stringify(content));
  }
  return folder;
}

interface How {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the command to its end. */
export function runCommand(args: readonly string[], how: How = {}): Promise<Ended> {
  return spawn(args, how).ended;
}

/** Runs the command on a free port until the test is over. */
export async function startCommand(
  args: readonly string[],
  how: How = {},
): Promise<RunningCommand> {
  const { child, ended, line, complaint } = spawn([...args, '--port', '0'], how);
  const listening = await line(/listening on /);
  const [, port] = /listening on https?:\/\/\S+:(\d+)/.exec(listening) ?? [];
  return { process: child, port: Number(port), line, complaint, ended };
}

function spawn(args: readonly string[], { cwd, env }: How) {
  const child = forkModule(COMMAND, args, {
    ...(cwd !== undefined && { cwd }),
    silent: true,
    env: { ...process.env, ...env },
    execArgv: [`--import=${PRELOAD}`],
  });
  atTestEnd(() => void child.kill('SIGKILL'));
  const [out, err] = [new Lines(child.stdout as Readable), new Lines(child.stderr as Readable)];
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    return { code, signal, stdout: out.text, stderr: err.text };
  });
  const failed = ended.then(({ stdout, stderr }) => {
    throw new Error(`The command ended: ${stdout}${stderr}`);
  });
  failed.catch(() => {});
  const lineOf = (lines: Lines) => (pattern: RegExp) => lines.matching(pattern, failed);
  return { child, ended, line: lineOf(out), complaint: lineOf(err) };
}

/** What a process writes. */
class Lines {
  text = '';
  readonly #stream: Readable;

  constructor(stream: Readable) {
    this.#stream = stream.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
  }

  /** The first line that matches, once it is there; rejects as `failed` does. */
  async matching(pattern: RegExp, failed: Promise<never>): Promise<string> {
    for (;;) {
      const found = this.text.split('\n').find((own) => pattern.test(own));
      if (found !== undefined) return found;
      await Promise.race([once(this.#stream, 'data'), failed]);
    }
  }
}
