import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const HOME = join(import.meta.dirname, 'suite');
const CLI = join(HOME, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');

/**
 * Installs the official suite if it is missing. It has its own package.json, so that an installation
 * of this package does not wait for it.
 */
export async function installSuite(): Promise<void> {
  if (existsSync(CLI)) return;
  process.stderr.write('Installing @modelcontextprotocol/conformance ...\n');
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock'];
  const npm = spawn('npm', args, { cwd: HOME, stdio: ['ignore', 2, 2] });
  const [code] = await once(npm, 'close');
  if (code !== 0) throw new Error('The suite could not be installed');
}

/** How a run of the suite ended. The suite reports a failure if one scenario fails. */
export interface SuiteRun {
  readonly passed: boolean;
  readonly stdout: string;
}

/** Runs the suite in this folder, so that a command in its arguments can name a file of it. */
export async function runSuite(...args: string[]): Promise<SuiteRun> {
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  };
  const options = { cwd: import.meta.dirname, env, maxBuffer: 64 << 20 };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], options);
    return { passed: true, stdout };
  } catch (failure) {
    return { passed: false, stdout: (failure as { stdout: string }).stdout };
  }
}
