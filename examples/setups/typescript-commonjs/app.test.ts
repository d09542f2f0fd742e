import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import request from 'supertest';
import { createApp } from './app';

const pong = { jsonrpc: '2.0', id: 1, result: {} };
const upstream = createServer((_req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(pong));
});
before(() => once(upstream.listen(0, '127.0.0.1'), 'listening'));
after(() => {
  upstream.close();
  upstream.closeAllConnections();
});

test('a call reaches the server behind the gateway', async () => {
  const { port } = upstream.address() as AddressInfo;
  const app = createApp(`http://127.0.0.1:${port}/mcp`);
  const answer = await request(app).post('/mcp').send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  assert.deepEqual(answer.body, pong);
});
