import { hash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** How long nothing may happen beside a file before it is read: who writes it may not be done. */
const SETTLED_MS = 100;

/**
 * Tells that something has happened where a file is, once that is over. Its directory is watched, because editors
 * put another file in its place, and Kubernetes another link to the directory that it is in; and that in which it
 * really is.
 */
export class FileWatch {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #onError: (error: Error) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** @param onError - Told where a directory cannot be watched, or not any more. */
  constructor(file: string, onChange: () => void, onError: (error: Error) => void) {
    this.#path = resolve(file);
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** Resolves when it is watched. */
  async start(): Promise<void> {
    const real = await realpath(this.#path).catch(() => this.#path);
    if (this.#isStopped) return;
    const folders = new Set([dirname(this.#path), dirname(real)]);
    for (const [folder, watcher] of this.#watchers) {
      if (!folders.has(folder)) this.#forget(folder, watcher);
    }
    for (const folder of folders) if (!this.#watchers.has(folder)) this.#add(folder);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const [folder, watcher] of this.#watchers) this.#forget(folder, watcher);
  }

  #add(folder: string): void {
    try {
      const watcher = watch(folder, () => this.#happened());
      watcher.on('error', (error) => {
        this.#forget(folder, watcher);
        this.#onError(error);
      });
      this.#watchers.set(folder, watcher);
    } catch (error) {
      this.#onError(error as Error);
    }
  }

  #forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }

  #happened(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // What it really is may be elsewhere by now.
      this.start().then(this.#onChange, this.#onError);
    }, SETTLED_MS);
  }
}

/** What stands for the text of a file; nothing where it cannot be read. */
export async function fingerprintOf(file: string): Promise<string> {
  try {
    return hash('sha256', await readFile(file));
  } catch {
    return '';
  }
}
