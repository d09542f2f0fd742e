import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from '@jest/globals';
import type { SessionStore } from '../../src/index.ts';
import { atTestEnd } from '../support/servers.ts';
import { sessionServer } from './support/session-server.ts';
import { sessionGateway } from './support/users.ts';

/** Longer than a store may take. */
const STALL_MS = 400;

/** Answers at once from a thread of its own, as a server does, whatever this one is doing. */
const ANSWERING = `
  const { parentPort, workerData } = require('node:worker_threads');
  parentPort.on('message', (value) => {
    parentPort.postMessage(value);
    Atomics.store(workerData, 0, 1);
    Atomics.notify(workerData, 0);
  });
`;

/** Its answers are there while the thread of the gateway stands still, and are read afterwards. */
class StallingStore implements SessionStore {
  readonly #entries = new Map<string, string>();
  readonly #answered = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker = new Worker(ANSWERING, { eval: true, workerData: this.#answered });

  constructor() {
    atTestEnd(() => void this.#worker.terminate());
  }

  async get(key: string): Promise<string | undefined> {
    Atomics.store(this.#answered, 0, 0);
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage(this.#entries.get(key));
    // Once the gateway has begun to wait.
    process.nextTick(() => this.#stall());
    const [value] = await answer;
    return value;
  }

  add(key: string, value: string): string {
    this.#entries.set(key, value);
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #stall(): void {
    Atomics.wait(this.#answered, 0, 0);
    Atomics.wait(this.#answered, 1, 0, STALL_MS);
  }
}

test('a store that has answered in time is not given up because the process stood still', async () => {
  const upstream = await sessionServer('session-1');
  const store = new StallingStore();
  const { as } = await sessionGateway(upstream.target, { sessions: { store } });
  expect((await as('alice')).status).toBe(200);
  expect((await as('alice', 'session-1')).status).toBe(200);
});
