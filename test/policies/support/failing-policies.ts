/**
 * A gateway whose policies fail in every way, in a process of its own, for what would end one. Each is
 * asked about the tool of its name. Tells its parent its port; when asked, what nobody caught.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMcpGateway, type PolicyCheck } from '../../../src/index.ts';

const uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(String(error)));
process.on('unhandledRejection', (error) => uncaught.push(String(error)));

const failure = new Error('policy');
const TIMEOUT_MS = 100;

/** What settles when the tests ask what nobody caught. */
const late: (() => void)[] = [];

const WAYS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw failure;
  },
  'throws nothing': () => {
    throw undefined;
  },
  'throws what has no text': () => {
    throw Object.create(null);
  },
  rejects: () => Promise.reject(failure),
  'rejects with a symbol': () => Promise.reject(Symbol('policy')),
  'never resolves': () => new Promise(() => {}),
  'rejects after its time': () =>
    new Promise((_resolve, reject) => late.push(() => reject(failure))),
  'allows after its time': () => new Promise((resolve) => late.push(() => resolve(true))),
  'fails when its answer is read': () => ({
    get allow() {
      throw failure;
    },
  }),
  'fails when it is taken for a promise': () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is how it fails.
    get then() {
      throw failure;
    },
  }),
  'rejects twice': () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is how it fails.
    then(_resolve: unknown, reject: (error: unknown) => void) {
      reject(failure);
      throw failure;
    },
  }),
  'gives text that has none': () => ({ allow: false, message: Object.create(null) }),
};

const check: PolicyCheck = ({ mcp }) => WAYS[mcp.name ?? '']?.() as boolean;

const app = express();
app.use(
  createMcpGateway({
    target: 'http://127.0.0.1:1/mcp',
    policies: { name: 'failing', check, timeout: TIMEOUT_MS },
  }),
);
app.get('/ways', (_req, res) => void res.json(Object.keys(WAYS)));
app.get('/uncaught', (_req, res) => {
  // Until the time of each that is still asked is over.
  setTimeout(() => {
    for (const settle of late.splice(0)) settle();
    // Node tells of a rejection that nobody handles when the promises of this turn are done.
    setImmediate(() => res.json(uncaught));
  }, 2 * TIMEOUT_MS);
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
