import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

export const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly peerDependencies: Readonly<Record<string, string>>;
};

/** What only some subpaths need, which npm does not install by itself. */
export const optionalPeers: string[] = Object.entries(manifest.peerDependencies)
  .filter(([name]) => !/^(@types\/)?express$/.test(name))
  .map(([name, range]) => `${name}@${range}`);

/** What can be imported: the root, and whatever has a file among the exports. */
export const subpaths: string[] = [
  '.',
  ...(await readdir(join(ROOT, 'src/exports'))).map((file) => `./${basename(file, '.ts')}`),
];

/** A project of others in a folder of its own. */
export class Consumer {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Packs this package as it was built, and installs it from there, with what is named. */
  static async install(...packages: readonly string[]): Promise<Consumer> {
    const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
    folders.push(folder);
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
    const [{ filename }] = JSON.parse(await run('npm', pack, ROOT));
    const consumer = new Consumer(folder);
    await consumer.write('package.json', '{ "private": true }');
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'];
    await run('npm', ['install', ...quiet, `./${filename}`, ...packages], folder);
    return consumer;
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  /** Takes a file of `consumers` over. */
  copy(name: string): Promise<void> {
    return cp(join(import.meta.dirname, 'consumers', name), join(this.folder, name));
  }

  /** Runs a program by Node; gives what it printed. */
  node(...args: readonly string[]): Promise<string> {
    return run(process.execPath, args, this.folder);
  }

  /** Runs `npm test` in a folder below, as a shell would that knows nothing of this test; gives what it printed. */
  async npmTest(folder: string): Promise<string> {
    const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
    const env = { PATH, HOME: process.env.HOME, NO_COLOR: '1' };
    // Where it is no terminal, a test runner may print its results as an error.
    const command = ['-c', 'npm test --silent 2>&1'];
    return run('sh', command, join(this.folder, folder), env);
  }
}

async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  try {
    return (await promisify(execFile)(command, [...args], { cwd, env })).stdout;
  } catch (failure) {
    const { stdout, stderr } = failure as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`);
  }
}
