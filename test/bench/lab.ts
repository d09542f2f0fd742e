import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Load } from './load/load.ts';
import { type Issuer, startIssuer } from './machine/issuer.ts';

/** A Node to run gateways with. */
export interface NodeBinary {
  readonly path: string;
  /** As `22.23.3`. */
  readonly version: string;
}

/** What sections measure with. */
export interface Lab {
  readonly load: Load;
  readonly issuer: Issuer;
  /** The one that runs the bench. */
  readonly node: NodeBinary;
  /** Those to compare with it. */
  readonly otherNodes: readonly NodeBinary[];
  /** The folder of the built package, as a URL. */
  readonly library: string;
  readonly isQuick: boolean;
  /** Tells whoever waits how far it is. */
  say(text: string): void;
  stop(): void;
}

export async function openLab(options: {
  readonly otherNodes: readonly string[];
  readonly isQuick: boolean;
  say(text: string): void;
}): Promise<Lab> {
  options.say('builds the package');
  const library = build();
  const [load, issuer] = await Promise.all([Load.start(), startIssuer()]);
  return {
    load,
    issuer,
    node: { path: process.execPath, version: process.versions.node },
    otherNodes: options.otherNodes.map((path) => ({ path, version: versionOf(path) })),
    library,
    isQuick: options.isQuick,
    say: options.say,
    stop() {
      load.stop();
      issuer.stop();
    },
  };
}

/** What is measured is what users install. It goes where it finds the packages that it needs. */
function build(): string {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const out = join(root, 'node_modules/.cache/bench/dist');
  const rollup = join(root, 'node_modules/rollup/dist/bin/rollup');
  const args = [rollup, '--config', '--silent', '--dir', out];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root });
  if (status !== 0) throw new Error('The package cannot be built');
  return `${pathToFileURL(out).href}/`;
}

function versionOf(path: string): string {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', cwd: dirname(path) });
  return stdout.trim().slice(1);
}
