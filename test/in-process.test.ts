import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import express, { type RequestHandler } from 'express';
import { createUpstream } from '../examples/demo/upstream.ts';
import type { GatewayConfig, UpstreamHandler } from '../src/index.ts';
import { startGateway } from './support/gateway.ts';
import { rawClient } from './support/raw-client.ts';

const inFront = (target: UpstreamHandler, config: Partial<GatewayConfig> = {}) =>
  startGateway({ target, ...config });

function routerThat(handler: RequestHandler): UpstreamHandler {
  const router = express.Router();
  router.post('/mcp', handler);
  return router;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('an upstream in this process', () => {
  test('sees the request that a remote one would: path, host, headers, no client identity', async () => {
    const seen: IncomingMessage[] = [];
    const { url } = await inFront(
      (req, res) => {
        seen.push(req);
        req.resume().on('end', () => res.end('{}'));
      },
      { headers: { set: { 'X-Api-Key': 'upstream-secret' } } },
    );
    await fetch(`${url}?a=b`, {
      method: 'POST',
      body: '{}',
      headers: { 'Mcp-Session-Id': 's', Authorization: 'Bearer x', Cookie: 'a=b' },
    });
    const [{ method, url: path, headers } = {} as IncomingMessage] = seen;
    expect([method, path]).toEqual(['POST', '/mcp']);
    expect(headers).toMatchObject({
      host: 'localhost',
      'mcp-session-id': 's',
      'content-length': '2',
    });
    expect(headers).toMatchObject({
      'x-api-key': 'upstream-secret',
      via: '1.1 express-mcp-gateway',
    });
    expect(headers.authorization).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  });

  test.each([0, 1024, 1024 * 1024, 64 * 1024 * 1024])(
    'R1, R2: %i bytes come back as sent',
    async (size) => {
      const { url } = await inFront((req, res) => req.pipe(res), { bodyLimit: false });
      const body = randomBytes(size);
      const response = await fetch(url, { method: 'POST', body });
      expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(body));
    },
  );

  test('R2: encoded bytes stay encoded', async () => {
    const zipped = gzipSync('hello');
    const { port } = await inFront((_req, res) => {
      res
        .writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Length': zipped.length })
        .end(zipped);
    });
    const client = await rawClient(port);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await client.closed();
    expect(client.bytes.subarray(-zipped.length).equals(zipped)).toBe(true);
  });

  test('S1: events leave when they are written; S5: a clean end is a clean end', async () => {
    const opened = Promise.withResolvers<ServerResponse>();
    const { port } = await inFront((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      opened.resolve(res);
    });
    const client = await rawClient(port);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.has(/\r\n\r\n/);
    const res = await opened.promise;
    res.write('data: 1\n\n');
    await client.has(/data: 1/);
    res.end('data: 2\n\n');
    expect(await client.has(/\r\n0\r\n\r\n$/)).toMatch(/data: 2\n\n\r\n0\r\n\r\n$/);
  });

  test.each(['POST', 'GET', 'DELETE'])('S4: %s: a client that leaves aborts it', async (method) => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const { port } = await inFront((_req, res) => arrived.resolve(res));
    const client = await rawClient(port);
    client.send(`${method} /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`);
    const closed = once(await arrived.promise, 'close');
    client.socket.destroy();
    await closed;
  });

  test('S5: an answer that it breaks off breaks off', async () => {
    const { port, errors } = await inFront((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      res.write('{"a":', () => res.destroy());
    });
    const client = await rawClient(port);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    const text = await client.closed();
    expect(text).toContain('{"a":');
    expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(errors.map((error) => error.reason)).toEqual(['upstream_invalid']);
  });

  test('S7: a client that does not read stops it from writing', async () => {
    const opened = Promise.withResolvers<ServerResponse>();
    const { port } = await inFront((_req, res) => opened.resolve(res));
    const client = await rawClient(port);
    client.send('GET /mcp HTTP/1.1\r\nHost: x\r\n\r\n');
    client.socket.pause();
    const res = await opened.promise;
    let written = 0;
    const block = Buffer.alloc(64 * 1024);
    while (written < 512 * 1024 * 1024) {
      written += block.length;
      if (res.write(block)) continue;
      const drained = await Promise.race([
        once(res, 'drain').then(() => true),
        new Promise((resolve) => setTimeout(resolve, 500, false)),
      ]);
      if (!drained) break;
    }
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  const failure = new Error('detail of the handler');
  test.each<[string, UpstreamHandler]>([
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
    ['is a router that reports an error', routerThat((_req, _res, next) => next(failure))],
  ])('one that %s: 502 with nothing of it, and the process lives', async (_, handler) => {
    const { url, errors } = await inFront(handler);
    const response = await fetch(url, { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(response.status).toBe(502);
    expect(text).not.toContain('detail');
    expect(errors[0]?.cause).toBe(failure);
  });

  test.each(['GET', 'DELETE', 'POST'])('one that fails at %s is called once', async (method) => {
    let calls = 0;
    const { url } = await inFront(() => {
      calls += 1;
      throw failure;
    });
    expect((await fetch(url, { method })).status).toBe(502);
    expect(calls).toBe(1);
  });

  test.each(['GET', 'POST'])('one that destroys its answer to %s: 502', async (method) => {
    const { url } = await inFront((_req, res) => res.destroy());
    expect((await fetch(url, { method })).status).toBe(502);
  });

  test('an app that goes on after it has answered has answered', async () => {
    const app = express().use((_req, res, next) => {
      res.end('ok');
      next();
    });
    const { url } = await inFront(app);
    expect(await (await fetch(url, { method: 'POST' })).text()).toBe('ok');
  });

  test('may call what handlers call on a socket', async () => {
    const { url } = await inFront(
      express().get('/mcp', (req, res) => {
        req.setTimeout(0);
        res.setTimeout(0);
        req.socket.setNoDelay(true).setKeepAlive(true).unref().ref();
        res.end(req.ip);
      }),
    );
    expect(await (await fetch(url)).text()).toBe('127.0.0.1');
  });

  test('one that never answers: 504', async () => {
    const { url } = await inFront(() => {}, { timeout: { response: 50 } });
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(504);
  });

  test.each<[string, () => UpstreamHandler]>([
    ['an Express app', () => express().post('/mcp', (_req, res) => void res.json({ ok: true }))],
    ['an Express router', () => routerThat((_req, res) => void res.end('{"ok":true}'))],
    [
      'a plain handler',
      () => (_req, res) => res.writeHead(_req.method === 'POST' ? 200 : 404).end('{"ok":true}'),
    ],
    [
      'a handler that takes a parsed body third',
      () => (_req: IncomingMessage, res: ServerResponse, body?: never) =>
        res
          .writeHead(_req.method === 'POST' ? 200 : 404)
          .end(JSON.stringify({ ok: body === undefined })),
    ],
  ])('%s', async (_, handler) => {
    const { url } = await inFront(handler());
    const response = await fetch(url, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
  });

  test.each(['legacy', 'auto'] as const)('a real MCP server, a real %s client', async (mode) => {
    const { url } = await inFront(createUpstream().app);
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    const result = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
    expect(result.content).toEqual([{ type: 'text', text: '5' }]);
    await client.close();
  });
});
