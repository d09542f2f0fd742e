/**
 * A gateway whose stores fail in every way, in a process of its own, for what would end one. Tells its
 * parent its port; when asked, what nobody caught. Ends as soon as nothing keeps it: told to, it closes
 * its server.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { IncrementResponse, Store } from 'express-rate-limit';
import { createMcpGateway, throttle } from '../../../src/index.ts';

const uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(String(error)));
process.on('unhandledRejection', (error) => uncaught.push(String(error)));

const failure = new Error('store');
/** What settles when all requests have been answered. */
const late: (() => void)[] = [];

const later = <T>(settle: (resolve: (value: T) => void, reject: (error: Error) => void) => void) =>
  new Promise<T>((resolve, reject) => {
    late.push(() => settle(resolve, reject));
  });

const WAYS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw failure;
  },
  'throws nothing': () => {
    throw undefined;
  },
  rejects: () => Promise.reject(failure),
  'rejects with nothing': () => Promise.reject(),
  'rejects late': () => later((_resolve, reject) => reject(failure)),
  'answers late': () => later((resolve) => resolve({ totalHits: 1, resetTime: undefined })),
  'never answers': () => new Promise(() => {}),
  'gives nothing': () => undefined,
};

function failing(fail: () => unknown): Store {
  return {
    init: fail as () => void,
    increment: fail as () => IncrementResponse,
    decrement: fail as () => void,
    resetKey: fail as () => void,
  };
}

const app = express();
for (const [i, fail] of Object.values(WAYS).entries()) {
  for (const onStoreError of ['deny', 'allow'] as const) {
    const limit = {
      limit: 9,
      window: '1h',
      store: failing(fail),
      onStoreError,
      weight: 3,
    } as const;
    const path = `/${onStoreError}/${i}`;
    app.use(createMcpGateway({ path, target: (_req, res) => res.end('{}'), rateLimit: limit }));
  }
}
const PROMISING = {
  by: { limit: 9, window: '1h', by: (async () => Promise.reject(failure)) as never },
  weight: { limit: 9, window: '1h', weight: (async () => Promise.reject(failure)) as never },
} as const;
for (const [name, limit] of Object.entries(PROMISING)) {
  app.use(createMcpGateway({ path: `/${name}`, target: 'http://127.0.0.1:1', rateLimit: limit }));
}
app.use('/own', throttle({ limit: 9, window: '24d' }), (_req, res) => void res.end());
app.get('/ways', (_req, res) => void res.json(Object.keys(WAYS)));
app.get('/uncaught', (_req, res) => {
  for (const settle of late.splice(0)) settle();
  // Node tells of a rejection that nobody handles when the promises of this turn are done.
  setImmediate(() => res.json(uncaught));
});

const server = createServer(app);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('message', () => {
  server.close();
  server.closeAllConnections();
  process.disconnect();
});
