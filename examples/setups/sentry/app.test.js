import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import request from 'supertest';

/** Stands for Sentry. */
const ingest = createServer(async (req, res) => {
  const [, ...items] = (await text(req))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  res.end('{}');
  const event = items.find(({ exception }) => exception !== undefined);
  if (event !== undefined) ingest.emit('event', event);
}).listen(0, '127.0.0.1');
await once(ingest, 'listening');
process.env.SENTRY_DSN = `http://key@127.0.0.1:${ingest.address().port}/1`;
await import('./instrument.js');
const { createApp } = await import('./app.js');

const closed = createServer().listen(0, '127.0.0.1');
await once(closed, 'listening');
const target = `http://127.0.0.1:${closed.address().port}/mcp`;
before(() => once(closed.close(), 'close'));
after(() => {
  ingest.close();
  ingest.closeAllConnections();
});

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } };
const post = (app) => request(app).post('/mcp').send(call);

test('a server that cannot be reached is reported, with the reason', async () => {
  const reported = once(ingest, 'event');
  assert.equal((await post(createApp(target))).status, 502);
  const [{ exception, tags }] = await reported;
  assert.match(exception.values.at(-1).value, /ECONNREFUSED/);
  assert.equal(tags['mcp.reason'], 'upstream_unreachable');
});

test('a policy that throws is reported, one that denies is not', async () => {
  const reported = once(ingest, 'event');
  await post(createApp(target, () => false));
  const fails = () => {
    throw new TypeError('A mistake of this app');
  };
  await post(createApp(target, fails));
  const [{ exception }] = await reported;
  assert.equal(exception.values[0].value, 'A mistake of this app');
});

test('a route of the app that throws is reported as without the gateway', async () => {
  const reported = once(ingest, 'event');
  assert.equal((await request(createApp(target)).get('/fails')).status, 500);
  const [{ exception }] = await reported;
  assert.equal(exception.values[0].value, 'A route of the app failed');
});
