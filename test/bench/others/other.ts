import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../support/free-ports.ts';
import { DoesNotStart, type Program, startProgram } from '../machine/program.ts';

/** Where a configuration has the program take requests, and where its upstream is. */
export interface Places {
  readonly port: number;
  readonly upstream: number;
  /** For files of its own; it is removed with the program. */
  readonly folder: string;
}

/** A program that is no part of this repository, and how the bench runs it. */
export interface Other {
  /** Of the program, as it is on PATH. */
  readonly command: string;
  /** The arguments that have it tell its version. */
  readonly version: readonly string[];
  /** Where the version is in what it says then. */
  readonly versionIn: RegExp;
  /** The file's extension matters to some. */
  readonly file: string;
  /** The arguments that have it check a file and end. */
  readonly check: (file: string) => readonly string[];
  readonly run: (file: string, places: Places) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Where the program is, if it is on PATH. */
export function pathOf({ command }: Pick<Other, 'command'>): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/** What it says of itself; undefined where it is not there. */
export function versionOf(other: Other): string | undefined {
  const path = pathOf(other);
  if (path === undefined) return undefined;
  const { stdout, stderr } = spawnSync(path, other.version, { encoding: 'utf8' });
  return other.versionIn.exec(`${stdout}${stderr}`)?.[1] ?? 'of no known version';
}

/**
 * Runs it with a configuration, which it checks first.
 *
 * @throws {DoesNotStart}
 */
export async function startOther(
  other: Other,
  upstream: number,
  configuration: (places: Places) => string,
): Promise<Program> {
  const path = pathOf(other);
  if (path === undefined) throw new DoesNotStart(`There is no ${other.command} on PATH`);
  const folder = mkdtempSync(join(tmpdir(), `bench-${other.command}-`));
  const places = { port: await freePort(), upstream, folder };
  const file = join(folder, other.file);
  writeFileSync(file, configuration(places));
  try {
    const program = await startProgram(path, other.run(file, places), places.port, {
      env: { ...process.env, ...other.env },
    });
    const stop = async () => {
      await program.stop();
      rmSync(folder, { recursive: true });
    };
    return { ...program, stop };
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
