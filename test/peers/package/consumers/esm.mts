import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createMcpGateway, GatewayConfigError, type GatewayError } from 'express-mcp-gateway';

async function listen(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/mcp` };
}

const result = '{"jsonrpc":"2.0","id":1,"result":{}}';
const upstream = await listen((_req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(result);
});

const errors: GatewayError[] = [];
const app = express();
app.use(
  createMcpGateway({
    target: upstream.url,
    bodyLimit: '1mb',
    headers: { set: { 'X-Client-Ip': ({ ip }) => ip } },
    onError: (error) => errors.push(error),
  }),
);
const gateway = await listen(app);
const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });
assert.equal(await answer.text(), result);
assert.deepEqual(errors, []);

// @ts-expect-error: `target` is required.
assert.throws(() => createMcpGateway({}), GatewayConfigError);

for (const { server } of [gateway, upstream]) {
  server.close();
  server.closeAllConnections();
}
process.stdout.write('relayed\n');
