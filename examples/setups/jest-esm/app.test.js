import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { createApp } from './app.js';

const pong = { jsonrpc: '2.0', id: 1, result: {} };
const upstream = createServer((_req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(pong));
}).listen(0, '127.0.0.1');
await once(upstream, 'listening');
afterAll(() => {
  upstream.close();
  upstream.closeAllConnections();
});

test('a call reaches the server behind the gateway', async () => {
  const app = createApp(`http://127.0.0.1:${upstream.address().port}/mcp`);
  const answer = await request(app).post('/mcp').send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  expect(answer.body).toEqual(pong);
});
