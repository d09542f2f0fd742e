/**
 * Tells its parent the options that a gateway gives to `http.request`, as instrumentation sees them. Its
 * argument is the target, where nobody listens.
 */
import http, { type RequestOptions } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';

const { request } = http;

http.request = ((options: RequestOptions, ...rest: []) => {
  const { host, hostname, port, path } = options;
  process.send?.({ host, hostname, port, path });
  return request(options, ...rest);
}) as typeof request;
syncBuiltinESMExports();

process.on('disconnect', () => process.exit());

const { default: express } = await import('express');
const { createMcpGateway } = await import('../../../src/index.ts');

const app = express().use(
  createMcpGateway({
    target: process.argv[2] as string,
    engine: 'http-proxy-middleware',
    onError: false,
  }),
);
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  void fetch(`http://127.0.0.1:${port}/mcp`, { method: 'DELETE' });
});
