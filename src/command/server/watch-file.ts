import { hash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * How long nothing may happen beside a file before it is read: the program that writes it may not be done.
 */
const SETTLED_MS = 100;

/**
 * When the file is read at the latest, although something happens beside it all the time, such as a log that
 * is written.
 */
const UNSETTLED_MS = 2000;

/** A directory that is watched. */
interface Watched {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

/**
 * Tells that something has happened where a file is, once that is over. The directory of the file is watched,
 * because editors replace the file, and Kubernetes replaces a link to its directory. The directory in which
 * the file really is, is watched as well. Where a directory is not there, the nearest one above it is
 * watched.
 */
export class FileWatch {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #onError: (error: Error) => void;
  readonly #watched = new Map<string, Watched>();
  #timer: NodeJS.Timeout | undefined;
  /** When the first event came after the last look at the file. */
  #happenedAt: number | undefined;
  #isStopped = false;

  /** @param onError - Told where a directory cannot be watched, or not any more. */
  constructor(file: string, onChange: () => void, onError: (error: Error) => void) {
    this.#path = resolve(file);
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Resolves when the file is watched: each change from then on is told. */
  async start(): Promise<void> {
    let hasAdded: boolean;
    // A directory that was added may have been another one a moment before.
    do hasAdded = await this.#watchFolders();
    while (hasAdded);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const folder of this.#watched.keys()) this.#forget(folder);
  }

  /** @returns Whether any was added. */
  async #watchFolders(): Promise<boolean> {
    const real = await realpath(this.#path).catch(() => this.#path);
    const found = await Promise.all([this.#path, real].map((path) => nearestTo(dirname(path))));
    if (this.#isStopped) return false;
    const folders = new Map(found);
    for (const [folder, { identity }] of this.#watched) {
      if (folders.get(folder) !== identity) this.#forget(folder);
    }
    let hasAdded = false;
    for (const [folder, identity] of folders) {
      if (!this.#watched.has(folder) && this.#add(folder, identity)) hasAdded = true;
    }
    return hasAdded;
  }

  #add(folder: string, identity: string): boolean {
    try {
      const watcher = watch(folder, () => this.#happened());
      watcher.on('error', (error) => {
        if (this.#watched.get(folder)?.watcher !== watcher) return;
        this.#forget(folder);
        this.#onError(error);
        // Windows gives this error where a directory is removed.
        this.#happened();
      });
      this.#watched.set(folder, { identity, watcher });
      return true;
    } catch (error) {
      this.#onError(error as Error);
      return false;
    }
  }

  #forget(folder: string): void {
    this.#watched.get(folder)?.watcher.close();
    this.#watched.delete(folder);
  }

  #happened(): void {
    const now = performance.now();
    this.#happenedAt ??= now;
    const latest = this.#happenedAt + UNSETTLED_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.min(SETTLED_MS, latest - now));
  }

  #look(): void {
    this.#happenedAt = undefined;
    // The real path of the file may be another one by now.
    this.start().then(this.#onChange, this.#onError);
  }
}

/**
 * A directory, or the nearest one above it that is there, and an identity that tells it from another
 * directory of this name.
 */
async function nearestTo(folder: string): Promise<[folder: string, identity: string]> {
  try {
    const { dev, ino, birthtimeNs } = await stat(folder, { bigint: true });
    return [folder, [dev, ino, birthtimeNs].join()];
  } catch (error) {
    const above = dirname(folder);
    if (above === folder) throw error;
    return nearestTo(above);
  }
}

/** The hash of a file; empty where it cannot be read, or is no file: reading a pipe may take for ever. */
export async function fingerprintOf(file: string): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) return '';
    return hash('sha256', await readFile(file));
  } catch {
    return '';
  }
}
