import { Worker } from 'node:worker_threads';
import { plain } from '../../lib/plain-error.ts';
import { requirePeer } from '../../lib/require-peer.ts';

/** How many passwords may wait to be compared. */
const MOST_WAITING = 50;

/** How long the thread waits for the next password before it ends. */
const IDLE_MS = 10_000;

/** The code of the thread. It gets the path of bcrypt, so that the thread need not find the package. */
const CODE = `
const { parentPort, workerData } = require('node:worker_threads');
const { compareSync } = require(workerData);
parentPort.on('message', ({ id, password, hash }) => {
  let isRight = false;
  try {
    isRight = compareSync(password, hash);
  } catch {}
  parentPort.postMessage({ id, isRight });
});
`;

interface Waiting {
  resolve(isRight: boolean): void;
  reject(error: Error): void;
}

/**
 * Compares passwords with hashes of bcrypt, one after another in a thread of its own: one comparison takes as
 * long as hundreds of requests. It takes no more than `MOST_WAITING` at once.
 */
export class PasswordCheck {
  readonly #bcrypt: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #count = 0;

  /** @throws {Error} if `bcryptjs` is not installed. */
  constructor() {
    this.#bcrypt = requirePeer.resolve('bcryptjs');
  }

  /** Rejects where too many wait, or the thread fails. */
  compare(password: string, hash: string): Promise<boolean> {
    if (this.#waiting.size >= MOST_WAITING) {
      return Promise.reject(plain(new Error('Too many passwords are being compared')));
    }
    clearTimeout(this.#idle);
    this.#worker ??= this.#start();
    this.#count += 1;
    const id = this.#count;
    this.#worker.postMessage({ id, password, hash });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #start(): Worker {
    // With the options of the process, Node could run the code as a module.
    const worker = new Worker(CODE, { eval: true, workerData: this.#bcrypt, execArgv: [] });
    worker.on('message', ({ id, isRight }: { id: number; isRight: boolean }) => {
      this.#waiting.get(id)?.resolve(isRight);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#stopLater(worker);
    });
    const fail = (error: unknown) => {
      if (this.#worker === worker) this.#fail(error);
    };
    worker.on('error', fail);
    worker.on('exit', fail);
    // Only after the listeners are added: one for messages would keep the process running.
    worker.unref();
    return worker;
  }

  #stopLater(worker: Worker): void {
    this.#idle = setTimeout(() => {
      this.#worker = undefined;
      worker.terminate();
    }, IDLE_MS).unref();
  }

  #fail(cause: unknown): void {
    this.#worker = undefined;
    const error = plain(new Error('Passwords cannot be compared', { cause }));
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
