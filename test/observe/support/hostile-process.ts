/**
 * A gateway whose observers fail in every way, in a process of its own, for what would end one. Tells
 * its parent its port; when asked, what the process was warned of and what nobody caught.
 */
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMcpGateway } from '../../../src/index.ts';
import { FAILURES, failingIn } from './hostile-observers.ts';

const warnings: string[] = [];
const uncaught: string[] = [];
process.on('warning', (warning) => warnings.push(warning.message));
process.on('uncaughtException', (error) => uncaught.push(typeof error));
process.on('unhandledRejection', (error) => uncaught.push(typeof error));
process.on('message', () => process.send?.({ warnings, uncaught }));
process.on('disconnect', () => process.exit());

const gateway = createMcpGateway({
  target: (_req: unknown, res: ServerResponse) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('data: 1\n\n');
  },
  observe: Object.values(FAILURES).map((fail) => failingIn('all', fail)),
});
const server = express()
  .use(gateway)
  .listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port });
  });
