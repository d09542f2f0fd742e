/**
 * A gateway in its own process, for settings that are fixed when a process starts (the certificates it
 * trusts) and for errors that would end a process. Its first argument has the config, and says where the
 * upstream is. It tells its parent the port, then every uncaught error; and on request how much
 * memory is in use.
 */
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import express from 'express';
import { createMcpGateway } from '../../src/index.ts';
import { rawHandler } from './raw-handler.ts';

const report = (message: object) => process.send?.(message);

process.on('uncaughtException', (error) => report({ uncaught: String(error.stack) }));
process.on('unhandledRejection', (error) => report({ uncaught: String(error) }));
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  report({ memory: heapUsed + external });
});
process.on('disconnect', () => process.exit());

const { config, isInProcess } = JSON.parse(process.argv[2] as string);

/** A handler in this process that relays every byte to the upstream at this port, and back. */
function tunnelTo(target: string): RequestListener {
  const { hostname, port } = new URL(target);
  return rawHandler((socket, request) => {
    const remote = connect(Number(port), hostname);
    remote.on('error', () => socket.destroy());
    socket.on('close', () => remote.destroy());
    request.pipe(remote, { end: false }).pipe(socket);
  });
}

const app = express();
const target = isInProcess ? tunnelTo(config.target) : config.target;
app.use('/patient', createMcpGateway({ ...config, target, timeout: false }));
app.use(
  createMcpGateway({
    ...config,
    target,
    onError: ({ reason, status }) => report({ failure: { reason, status } }),
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  report({ port: (server.address() as AddressInfo).port });
});
