import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { connect } from '../support/mcp.ts';
import {
  type ApiRequest,
  apiListener,
  call,
  document,
  ERAS,
  startApi,
  startRest,
} from './support/rest-gateway.ts';

const OPENAPI = document({
  '/orders/{id}': {
    get: {
      operationId: 'getOrder',
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    },
    post: {
      operationId: 'changeOrder',
      requestBody: {
        content: {
          'application/json': {
            schema: { type: 'object', properties: { note: { type: 'string' } } },
          },
        },
      },
    },
  },
});

describe.each(ERAS)('the API may be an Express app in this process: the era with %s', (_, mode) => {
  test('it is called without a connection, as whom the gateway says', async () => {
    const app = express();
    app.use(express.json());
    app.all('/orders/:id', (req, res) => {
      res.json({
        method: req.method,
        id: req.params.id,
        body: req.body ?? null,
        user: req.get('x-user') ?? null,
        host: req.get('host'),
        socket: req.socket.remotePort ?? null,
      });
    });
    const { client } = await startRest(
      {
        openapi: OPENAPI,
        baseUrl: app,
        operations: ['getOrder', 'changeOrder'],
        forward: ['X-User'],
      },
      { mode, config: { headers: { set: { 'X-User': 'ada' } } } },
    );
    const common = { user: 'ada', host: 'localhost', socket: null };
    expect((await call(client, 'getOrder', { id: 'a/b' })).structuredContent).toEqual({
      ...common,
      method: 'GET',
      id: 'a/b',
      body: null,
    });
    expect((await call(client, 'changeOrder', { id: '1', note: 'x' })).structuredContent).toEqual({
      ...common,
      method: 'POST',
      id: '1',
      body: { note: 'x' },
    });
  });

  test('what it throws is an error of the tool', async () => {
    const told: unknown[] = [];
    const { client } = await startRest(
      {
        openapi: OPENAPI,
        baseUrl: () => {
          throw new Error('secret of the app');
        },
        operations: 'getOrder',
        onError: (error) => told.push(error),
      },
      { mode },
    );
    const { isError, text } = await call(client, 'getOrder', { id: '1' });
    expect(isError).toBe(true);
    expect(text).toContain('closed the connection');
    expect(text).not.toContain('secret');
    expect(told).toHaveLength(1);
  });
});

test('the gateway may be in the same app as the API', async () => {
  const seen: ApiRequest[] = [];
  const listener = apiListener(seen, () => ({ body: { ok: true } }));
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: express().use('/orders', (req, res) => listener(req, res)),
    operations: 'getOrder',
  });
  expect((await call(client, 'getOrder', { id: '7' })).structuredContent).toEqual({ ok: true });
  expect(seen.map(({ url }) => url)).toEqual(['/7']);
});

test('a hundred calls at once each get their own answer', async () => {
  const api = await startApi(({ url }) => ({ body: { url } }));
  const { gateway } = await startRest({
    openapi: OPENAPI,
    baseUrl: api.url,
    operations: 'getOrder',
  });
  const clients = await Promise.all(
    ERAS.map(async ([, mode]) => (await connect(gateway.url, mode)).client),
  );
  const results = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      call(clients[i % 2] as (typeof clients)[0], 'getOrder', { id: `n${i}` }),
    ),
  );
  expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
    Array.from({ length: 100 }, (_, i) => ({ url: `/orders/n${i}` })),
  );
});

test.each(ERAS)(
  'a call that is cancelled ends the request to the API: the era with %s',
  async (_, mode) => {
    const events = new EventEmitter();
    const app = express();
    app.get('/orders/:id', (req) => {
      req.socket.once('close', () => events.emit('closed'));
      events.emit('asked');
    });
    const told: unknown[] = [];
    const { client, gateway } = await startRest(
      {
        openapi: OPENAPI,
        baseUrl: app,
        operations: 'getOrder',
        onError: (error) => told.push(error),
      },
      { mode },
    );
    const cancellation = new AbortController();
    const [asked, closed] = [once(events, 'asked'), once(events, 'closed')];
    const pending = client.callTool(
      { name: 'getOrder', arguments: { id: '1' } },
      { signal: cancellation.signal },
    );
    pending.catch(() => {});
    await asked;
    if (mode === 'legacy') gateway.server.closeAllConnections();
    cancellation.abort();
    await expect(pending).rejects.toThrow();
    await closed;
    expect(told).toEqual([]);
  },
);

test('the trace of a call goes on to the API', async () => {
  const api = await startApi();
  const { gateway } = await startRest({
    openapi: OPENAPI,
    baseUrl: api.url,
    operations: 'getOrder',
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const { client } = await connect(
    gateway.url,
    { pin: '2026-07-28' },
    { requestInit: { headers: { traceparent, tracestate: 'a=b' } } },
  );
  // A progress token is of no use to the API.
  await client.callTool({ name: 'getOrder', arguments: { id: '1' } }, { onprogress: () => {} });
  expect(api.seen[0]?.headers).toMatchObject({ traceparent, tracestate: 'a=b' });
});

test('a message may have the trace in its _meta, and nothing else that is forwarded', async () => {
  const api = await startApi();
  const { client } = await startRest({
    openapi: OPENAPI,
    baseUrl: api.url,
    operations: 'getOrder',
    forward: ['X-User', 'Authorization'],
  });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const _meta = {
    traceparent,
    tracestate: 'a\r\nb: c',
    'x-user': 'root',
    authorization: 'Bearer x',
  };
  await client.callTool({ name: 'getOrder', arguments: { id: '1' }, _meta });
  expect(api.seen[0]?.headers).toHaveProperty('traceparent', traceparent);
  for (const name of ['tracestate', 'x-user', 'authorization']) {
    expect(api.seen[0]?.headers).not.toHaveProperty(name);
  }
});
