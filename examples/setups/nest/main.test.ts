import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';

const pong = { jsonrpc: '2.0', id: 1, result: {} };
const upstream = createServer(async (req, res) => {
  const { method } = (await json(req)) as { method: string };
  if (method === 'tools/call') {
    upstream.emit('called');
    await once(upstream, 'release');
  }
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(pong));
});
before(() => once(upstream.listen(0, '127.0.0.1'), 'listening'));
after(() => {
  upstream.close();
  upstream.closeAllConnections();
});

test('a call under way gets its answer after SIGTERM, and then the app ends', async () => {
  const { port } = upstream.address() as AddressInfo;
  const app = spawn(process.execPath, [join(__dirname, 'main.js')], {
    env: { MCP_TARGET: `http://127.0.0.1:${port}/mcp`, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  after(() => app.kill('SIGKILL'));
  const ended = once(app, 'exit');
  const url = await urlOf(app.stdout);

  const order = await post(`${url}/orders`, { item: 'tea' });
  assert.deepEqual(await order.json(), { item: 'tea' });

  const called = once(upstream, 'called');
  const call = post(`${url}/mcp`, { jsonrpc: '2.0', id: 1, method: 'tools/call' });
  await called;
  app.kill('SIGTERM');
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  while ((await post(`${url}/mcp`, ping)).status !== 503);

  upstream.emit('release');
  assert.deepEqual(await (await call).json(), pong);
  assert.deepEqual(await ended, [null, 'SIGTERM']);
});

async function urlOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const port = /^Listening on .*:(\d+)$/.exec(line)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error('The app ended before it listened');
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}
