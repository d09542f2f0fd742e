import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import {
  bodyLimit,
  createMcpGateway,
  type GatewayError,
  hardenServer,
  injectHeaders,
  type Middleware,
  mcpCors,
  mcpProxy,
} from '../src/index.ts';
import { rawClient } from './support/client/raw.ts';
import { express4 } from './support/express4.ts';
import { startGateway } from './support/gateway.ts';
import { HOSTS } from './support/hosts.ts';
import { listenOn, serve } from './support/servers.ts';
import { rawUpstream, recordingUpstream } from './support/upstream.ts';

const ORIGIN = 'https://app.example';

describe.each(HOSTS)('the middlewares by themselves in %s', (_, app) => {
  test('relay, count, inject and answer pages', async () => {
    const upstream = await recordingUpstream();
    const { server, port } = await serve(
      app([
        mcpCors({ origin: ORIGIN }),
        bodyLimit('1kb'),
        injectHeaders({ set: { 'X-Api-Key': 'upstream-secret' } }),
        mcpProxy({ target: upstream.target }),
      ]),
    );
    const body = '{ "a":1 }';
    const relayed = await request(server).post('/mcp').set('Origin', ORIGIN).send(body);
    expect(relayed.status).toBe(200);
    expect(relayed.headers['access-control-allow-origin']).toBe(ORIGIN);
    expect(upstream.seen[0]?.body.toString()).toBe(body);
    expect(upstream.seen[0]?.headers['x-api-key']).toBe('upstream-secret');
    await request(server).post('/mcp').set('Origin', 'https://evil.example').expect(403);
    await request(server).post('/mcp').send('a'.repeat(1025)).expect(413);
    await request(server).put('/mcp').expect(405);
    const events = await fetch(`http://127.0.0.1:${port}/mcp`);
    expect(events.status).toBe(200);
    expect(upstream.seen).toHaveLength(2);
  });

  test('mcpProxy refuses by itself what cannot be relayed safely, and tells onError', async () => {
    const errors: GatewayError[] = [];
    const upstream = await recordingUpstream((_req, res) => {
      res.setHeader('Access-Control-Allow-Origin', '*');
      res.end();
    });
    const { server } = await serve(
      app([mcpProxy({ target: upstream.target, onError: (error) => errors.push(error) })]),
    );
    await request(server).delete('/mcp').send('body').expect(400);
    await request(server)
      .post('/mcp')
      .set('Mcp-Name', ['a', 'b'] as never)
      .expect(400);
    expect(errors.map((error) => error.reason)).toEqual(['unexpected_body', 'repeated_header']);
    const relayed = await request(server).post('/mcp').expect(200);
    expect(relayed.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('the whole gateway, wrapped where there is no Express', async () => {
    const upstream = await recordingUpstream();
    const router = createMcpGateway({ path: '/', target: upstream.target });
    const { server } = await serve(app([express().use(router) as unknown as Middleware]));
    await request(server).post('/mcp').send('{}').expect(200);
    expect(upstream.seen).toHaveLength(1);
  });
});

test('the gateway’s router in an Express 4 app', async () => {
  const upstream = await recordingUpstream();
  const app = express4();
  app.use(createMcpGateway({ target: upstream.target }));
  const { server } = await serve(app);
  await request(server).post('/mcp').send('{}').expect(200);
  await request(server).post('/other').expect(404);
});

describe('use: middleware of the app’s own, last before the relay', () => {
  test('runs in order, after the checks, and may answer', async () => {
    const upstream = await recordingUpstream();
    const ran: string[] = [];
    const { server } = await startGateway({
      target: upstream.target,
      use: [
        (_req, _res, next) => {
          ran.push('first');
          next();
        },
        async (req, res, next) => {
          ran.push('second');
          if (req.headers.accept === 'text/none') res.status(418).send('no');
          else next();
        },
      ],
    });
    await request(server).put('/mcp').expect(405);
    expect(ran).toEqual([]);
    await request(server).post('/mcp').expect(200);
    await request(server).post('/mcp').set('Accept', 'text/none').expect(418);
    expect(ran).toEqual(['first', 'second', 'first', 'second']);
    expect(upstream.seen).toHaveLength(1);
  });

  const failure = new Error('detail of the app');
  test.each([
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    [
      'rejects',
      async () => {
        throw failure;
      },
    ],
    [
      'reports an error',
      (_req: unknown, _res: unknown, next: (error: Error) => void) => next(failure),
    ],
  ])('one that %s: 500 from the error table, nothing forwarded', async (_, middleware) => {
    const upstream = await recordingUpstream();
    const { server, errors } = await startGateway({ target: upstream.target, use: middleware });
    const response = await request(server).post('/mcp').send('{}');
    expect(response.status).toBe(500);
    expect(response.body.error.data.reason).toBe('internal_error');
    expect(response.text).not.toContain('detail');
    expect(errors[0]?.cause).toBe(failure);
    expect(upstream.seen).toEqual([]);
  });

  test('one that goes on twice is relayed once', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({
      target: upstream.target,
      use: (_req, _res, next) => {
        next();
        next();
      },
    });
    await request(server).post('/mcp').send('{}').expect(200);
    expect(upstream.seen).toHaveLength(1);
  });
});

describe('onError', () => {
  test('is told the reason, the status, the cause and whom it concerns', async () => {
    const told: unknown[] = [];
    const { server } = await startGateway({
      target: 'http://127.0.0.1:1/mcp',
      onError: (error, ctx) => told.push([error.reason, error.status, error.cause, ctx.ip]),
    });
    await request(server).post('/mcp').expect(502);
    const refused = expect.objectContaining({ code: 'ECONNREFUSED' });
    expect(told).toEqual([
      ['upstream_unreachable', 502, refused, expect.stringMatching('127.0.0.1')],
    ]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('observer');
      },
    ],
    [
      'rejects (CVE-2024-21536)',
      async () => {
        throw new Error('observer');
      },
    ],
  ])('changes nothing when it %s', async (_, onError) => {
    const { server } = await startGateway({ target: 'http://127.0.0.1:1/mcp', onError });
    await request(server).post('/mcp').expect(502);
    await request(server).put('/mcp').expect(405);
  });

  test('is told of a middleware in use that goes on and then fails', async () => {
    const upstream = await recordingUpstream();
    const late = new Error('late');
    const { server, errors } = await startGateway({
      target: upstream.target,
      use: async (_req, _res, next) => {
        next();
        throw late;
      },
    });
    await request(server).post('/mcp').expect(200);
    expect(errors.map(({ cause }) => cause)).toEqual([late]);
  });
});

describe('hardenServer', () => {
  test('sets head, request and keep-alive limits, and leaves maxHeadersCount alone', () => {
    const server = hardenServer(createServer());
    expect(server).toMatchObject({ headersTimeout: 15_000, requestTimeout: 120_000 });
    expect(server).toMatchObject({ keepAliveTimeout: 65_000, maxHeadersCount: null });
    expect(hardenServer(createServer(), { headersTimeout: '3s' }).headersTimeout).toBe(3000);
  });

  test('a client that dribbles its head is cut off', async () => {
    const server = hardenServer(createServer(), { headersTimeout: 100, requestTimeout: 200 });
    const client = await rawClient(await listenOn(server));
    client.send('POST /mcp HTTP/1.1\r\nHost:');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('an upload slower than the limit ends with 408, and the upstream never sees it whole', async () => {
    const upstream = await rawUpstream();
    const app = express().use(createMcpGateway({ target: upstream.target }));
    const server = hardenServer(createServer(app), { keepAliveTimeout: 100 });
    const client = await rawClient(await listenOn(server));
    client.send('POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345');
    const connection = await upstream.connection(0);
    await connection.has(/12345$/);
    hardenServer(server, { headersTimeout: 100, requestTimeout: 300 });
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
    await connection.closed();
    expect(connection.received).toMatch(/\r\n\r\n12345$/);
  });
});
