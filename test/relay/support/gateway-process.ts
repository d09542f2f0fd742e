/**
 * A gateway in a process of its own, for what is decided when a process starts (the certificates it
 * trusts) and for what would end one. Told its config by its first argument, tells its parent its
 * port, then every error that nobody caught; and, when asked, how much memory is in use.
 */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMcpGateway } from '../../../src/index.ts';

const report = (message: object) => process.send?.(message);

process.on('uncaughtException', (error) => report({ uncaught: String(error.stack) }));
process.on('unhandledRejection', (error) => report({ uncaught: String(error) }));
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  report({ memory: heapUsed + external });
});
process.on('disconnect', () => process.exit());

const app = express();
app.use(
  createMcpGateway({
    ...JSON.parse(process.argv[2] as string),
    onError: ({ reason, status }) => report({ failure: { reason, status } }),
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  report({ port: (server.address() as AddressInfo).port });
});
