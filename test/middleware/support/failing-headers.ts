/** A gateway whose header values fail together, in a process of its own, for what would end one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMcpGateway, type HeaderRules } from '../../../src/index.ts';

const uncaught: string[] = [];
process.on('uncaughtException', (error) => uncaught.push(String(error)));
process.on('unhandledRejection', (error) => uncaught.push(String(error)));

const rejects = async () => Promise.reject(new Error('rejected'));
const throws = () => {
  throw new Error('thrown');
};
const WAYS: readonly NonNullable<HeaderRules['set']>[] = [
  { 'X-A': rejects, 'X-B': throws },
  { 'X-A': throws, 'X-B': rejects },
  { 'X-A': rejects, 'X-B': rejects },
  { 'X-A': throws, 'X-B': throws },
];

const app = express();
for (const [i, set] of WAYS.entries()) {
  const target = (_req: unknown, res: { end(text: string): unknown }) => res.end('{}');
  app.use(createMcpGateway({ path: `/${i}`, target, headers: { set } }));
}
app.get('/ways', (_req, res) => void res.json(WAYS.length));
app.get('/uncaught', (_req, res) => void setImmediate(() => res.json(uncaught)));

const server = createServer(app);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
