import { randomUUID } from 'node:crypto';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { noop } from '../lib/noop.ts';
import { plain } from '../lib/plain-error.ts';
import { within } from '../lib/within.ts';
import type { Pin } from './pin.ts';
import { readPins, writePins } from './pin-document.ts';

/** How long another process may take to write the file before it is taken for dead. */
const LONGEST_WRITE_MS = 10_000;
/** How long this process waits for that write to end, and how often it looks. */
const LONGEST_WAIT_MS = 15_000;
const WAIT_MS = 50;

/** How long a request waits for a file: a file on a network may hang. */
const LONGEST_USE_MS = 2_000;

/** Bounds how long a request waits for work with the file. */
export function inFileTime(work: Promise<void>): Promise<void> {
  return within(LONGEST_USE_MS, work, 'The lock file of toolPinning could not be used in time');
}

/** An error of the file system, and not of the contents of the file. */
type FileError = NodeJS.ErrnoException;

/** A file of pins that several processes may read and write. */
export class LockFile {
  readonly path: string;
  #pins: ReadonlyMap<string, Pin> | undefined;
  /** Tells one state of the file from another. */
  #state: string | undefined;
  /** The last write of this process; never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Reads the file.
   *
   * @throws {Error} where it is there and cannot be read or understood, and where it is not there and could
   * not be written.
   */
  constructor(path: string) {
    // The app may change its working directory later.
    this.path = resolve(path);
    try {
      const state = stateOf(statSync(this.path));
      this.#pins = readPins(readFileSync(this.path, 'utf8'));
      this.#state = state;
    } catch (error) {
      if ((error as FileError).code !== 'ENOENT') throw error;
      accessSync(dirname(this.path), constants.W_OK);
    }
  }

  /** The pins in the file, as far as this process knows; undefined where there is no file yet. */
  get pins(): ReadonlyMap<string, Pin> | undefined {
    return this.#pins;
  }

  /**
   * Takes note of what other processes have written to the file. A file that has gone or is broken changes
   * nothing.
   *
   * @throws {Error} where it cannot be read.
   */
  async refresh(): Promise<void> {
    const state = await this.#stateNow();
    if (state !== undefined && state !== this.#state) await this.#read(state);
  }

  /** Writes the file where it is not there yet; else takes note of what is in it. */
  create(pins: ReadonlyMap<string, Pin>): Promise<void> {
    return this.#exclusively(async () => {
      const state = await this.#stateNow();
      if (state === undefined) await this.#write(pins);
      else await this.#read(state);
    });
  }

  /** Changes one pin in the file, and nothing else; `undefined` takes the pin out. */
  set(name: string, pin: Pin | undefined, before: ReadonlyMap<string, Pin>): Promise<void> {
    return this.#exclusively(async () => {
      const state = await this.#stateNow();
      if (state !== undefined) await this.#read(state);
      const pins = new Map(state === undefined ? before : this.#pins);
      if (pin === undefined) pins.delete(name);
      else pins.set(name, pin);
      await this.#write(pins);
    });
  }

  async #read(state: string): Promise<void> {
    this.#pins = readPins(await readFile(this.path, 'utf8'));
    this.#state = state;
  }

  async #stateNow(): Promise<string | undefined> {
    try {
      return stateOf(await stat(this.path));
    } catch (error) {
      if ((error as FileError).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Writes the file as a whole, or not at all: a reader finds either all of the old contents or all of the
   * new ones.
   */
  async #write(pins: ReadonlyMap<string, Pin>): Promise<void> {
    // Where the path is a link, its target is replaced, not the link.
    const path = await realpath(this.path).catch(() => this.path);
    const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
    try {
      const file = await open(draft, 'wx', 0o644);
      try {
        await file.writeFile(writePins(pins));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await unlink(draft).catch(noop);
      throw error;
    }
    await syncFolder(dirname(path));
    this.#pins = pins;
    this.#state = await this.#stateNow();
  }

  /** Runs `work` alone: one after the other, in this process and in others. */
  #exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      const release = await acquire(`${this.path}.lock`);
      try {
        await work();
      } finally {
        await release();
      }
    });
    this.#last = done.catch(noop);
    return done;
  }
}

function stateOf({ ino, size, mtimeMs, ctimeMs }: ReturnType<typeof statSync> & object): string {
  return [ino, size, mtimeMs, ctimeMs].join();
}

/** Makes a lock that only one process can make, and takes over one that was left behind. */
async function acquire(path: string): Promise<() => Promise<void>> {
  const end = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      return () => unlink(path).catch(noop);
    } catch (error) {
      if ((error as FileError).code !== 'EEXIST') throw error;
    }
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > LONGEST_WRITE_MS) await unlink(path).catch(noop);
    else if (Date.now() > end) {
      throw plain(new Error('Another process does not end writing the lock file'));
    } else await setTimeout(WAIT_MS);
  }
}

/**
 * Syncs a folder: it holds the name of the file, and has to reach the disk as well. Not all systems can do
 * that.
 */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(noop);
  if (folder === undefined) return;
  await folder.sync().catch(noop);
  await folder.close().catch(noop);
}
