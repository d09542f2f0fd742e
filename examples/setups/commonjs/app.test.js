const assert = require('node:assert/strict');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { after, before, test } = require('node:test');
const request = require('supertest');
const { createApp } = require('./app.js');

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
  const app = createApp(`http://127.0.0.1:${upstream.address().port}/mcp`);
  const answer = await request(app).post('/mcp').send({ jsonrpc: '2.0', id: 1, method: 'ping' });
  assert.deepEqual(answer.body, pong);
});
