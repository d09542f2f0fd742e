import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type RequestRecord } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { serve } from '../support/servers.ts';
import {
  firstMessage,
  gatewayFor,
  get,
  MESSAGE,
  post,
  type Upstream,
  unchunked,
  upstreamWith,
} from './support.ts';

describe('both routes are relayed, through every slot', () => {
  test('messages go where the server said, with the query of the client', async () => {
    const upstream = await upstreamWith([
      `event: endpoint\ndata: /internal/in?sessionId=1\n\n${MESSAGE}`,
    ]);
    const port = await gatewayFor(upstream, {}, '/tools');
    await firstMessage(port, '/tools/sse?token=secret');
    const { text } = await exchange(port, post('/tools/messages?sessionId=1&x=%20+'));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(unchunked(text)).toBe('Accepted');
    expect(upstream.seen).toEqual(['GET /sse', 'POST /internal/in?sessionId=1&x=%20+']);
  });

  test('before any stream was opened, beside the stream', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      target: `http://127.0.0.1:${upstream.port}/api/mcp`,
    });
    await exchange(port, post('/messages?s=1'));
    expect(upstream.seen).toEqual(['POST /api/messages?s=1']);
  });

  test('a stream with a URL of its own', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: in?s=1\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream, {
      legacySse: {
        path: '/sse',
        messagePath: '/messages',
        target: `http://127.0.0.1:${upstream.port}/deep/events?key=1`,
      },
    });
    await firstMessage(port, '/sse');
    await exchange(port, post('/messages?s=1'));
    expect(upstream.seen).toEqual(['GET /deep/events?key=1', 'POST /deep/in?s=1']);
  });

  test.each([
    ['nothing', ''],
    ['the same query', '?x=1'],
  ])('sessions that differ in their path and have %s are not mixed up', async (_name, query) => {
    let count = 0;
    const seen: string[] = [];
    const { port: upstreamPort } = await serve((req, res) => {
      if (req.method === 'POST') {
        seen.push(req.url ?? '');
        res.writeHead(202).end();
        return;
      }
      count += 1;
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /messages/${count}${query}\n\n${MESSAGE}`);
    });
    const port = await gatewayFor({ port: upstreamPort } as Upstream);
    const urls: string[] = [];
    for (const _ of [1, 2]) {
      const [, url = ''] = /data: (\S+)/.exec(await firstMessage(port, '/sse')) ?? [];
      expect(url).toMatch(/^\/messages(\?|$)/);
      urls.push(url);
    }
    for (const url of urls) await exchange(port, post(url));
    expect(seen).toEqual([`/messages/1${query}`, `/messages/2${query}`]);

    const [, marked = ''] = urls;
    const forged = marked.replace(/mcp-endpoint=[^.]+/, 'mcp-endpoint=L2FkbWlu');
    expect((await exchange(port, post(forged))).statuses).toEqual([400]);
    expect(seen).toHaveLength(2);
  });

  test('a route with a colon is no scheme', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      legacySse: { path: '/a:sse', messagePath: '/a:messages' },
    });
    await exchange(port, post('/a:messages'));
    expect(upstream.seen).toEqual(['POST /a:messages']);
  });

  test('a page may use them, whatever the methods of the endpoint', async () => {
    const port = await gatewayFor(await upstreamWith([]), {
      methods: ['POST'],
      cors: { origin: 'https://app.example' },
    });
    const { text } = await exchange(
      port,
      'OPTIONS /sse HTTP/1.1\r\nHost: gateway\r\nOrigin: https://app.example\r\n' +
        'Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n',
    );
    expect(text).toMatch(/Access-Control-Allow-Methods: .*GET/);
  });

  test('a server in this process', async () => {
    const app = express();
    app.get('/sse', (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /in?s=1\n\n${MESSAGE}`);
    });
    app.post('/in', (req, res) => void res.status(202).end(req.url));
    const port = await gatewayFor({} as Upstream, { target: app });
    expect(await firstMessage(port, '/sse')).toContain('data: /messages?s=1\n');
    const { text } = await exchange(port, post('/messages?s=1'));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(text).toContain('/in?s=1');
  });

  test('the stream is asked for without an encoding', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: /in\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream);
    const client = (await rawClient(port)).send(get('/sse', 'Accept-Encoding: gzip\r\n'));
    await client.has(/data: \{\}/);
    expect(upstream.headers[0]?.['accept-encoding']).toBe('identity');
  });

  test.each(['/sse', '/messages'])('%s: Origin, Host, limits and use apply', async (path) => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      hosts: ['gateway'],
      bodyLimit: 1,
      use: (_req, res, next) => {
        if (path === '/sse') res.status(418).end();
        else next();
      },
    });
    const request = path === '/sse' ? get : post;
    const statusOf = async (more: string) =>
      (await exchange(port, request(path, `Connection: close\r\n${more}`))).statuses[0];
    expect(await statusOf('Origin: https://evil.example\r\n')).toBe(403);
    expect(await statusOf('Mcp-Name: a\r\nMcp-Name: b\r\n')).toBe(400);
    expect(await statusOf('')).toBe(path === '/sse' ? 418 : 413);
    const elsewhere = request(path, 'Connection: close\r\n').replace('Host: gateway', 'Host: evil');
    expect((await exchange(port, elsewhere)).statuses).toEqual([403]);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['/sse', 'POST', 'GET'],
    ['/messages', 'GET', 'POST'],
    ['/messages', 'DELETE', 'POST'],
  ])('%s refuses %s', async (path, method, allowed) => {
    const port = await gatewayFor(await upstreamWith([]));
    const { text } = await exchange(
      port,
      `${method} ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
    expect(text).toContain(`Allow: ${allowed}\r\n`);
  });

  test('a query that no request line can hold is refused', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream);
    const { text } = await exchange(port, post('/messages?s=\xe9'));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.seen).toEqual([]);
  });

  test('close() lets the stream bring the answers to calls, then ends it between two events', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: /messages?s=1\n\n${MESSAGE}`]);
    const app = express();
    const gateway = createMcpGateway({
      target: `http://127.0.0.1:${upstream.port}/mcp`,
      legacySse: { path: '/sse', messagePath: '/messages' },
    });
    const { port } = await serve(app.use(gateway));
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/data: \{\}/);
    const closed = gateway.close();
    expect((await exchange(port, post('/messages?s=1'))).statuses).toEqual([503]);

    upstream.streams[0]?.write('event: message\ndata: {"id":1}\n\n');
    await client.has(/data: \{"id":1\}/);
    // The last call, for this and every other stream that is left.
    void gateway.close({ graceMs: 0 });
    await closed;
    expect(await client.has(/0\r\n\r\n$/)).toMatch(/0\r\n\r\n$/);
  });

  test('64 KiB without an endpoint are enough', async () => {
    const upstream = await upstreamWith(['\n'.repeat(64 * 1024 + 1)]);
    const port = await gatewayFor(upstream);
    const { text } = await exchange(port, get('/sse'));
    expect(text).not.toMatch(/0\r\n\r\n$/);
  });

  test.each([
    ['a byte order mark in front', '\ufeff', ''],
    ['a comment that looks like data', '', ':data: /in?s=1\n'],
    ['a comment that looks like the event', '', ':event: endpoint\n'],
  ])('%s is passed, and the URL rewritten', async (_name, front, line) => {
    const opening = `${front}${line}event: endpoint\ndata: /in?q=é中\n\n`;
    const port = await gatewayFor(await upstreamWith([opening + MESSAGE]));
    const body = Buffer.from(await firstMessage(port, '/sse'), 'latin1').toString();
    expect(body).toBe(`${front}${line}event: endpoint\ndata: /messages?q=é中\n\n${MESSAGE}`);
  });

  test('the last `event` field of an event is its type', async () => {
    const opening = 'event: endpoint\nevent: message\ndata: /in?s=1\n\n';
    const port = await gatewayFor(
      await upstreamWith([`${opening}event: endpoint\ndata: /in?s=2\n\n${MESSAGE}`]),
    );
    expect(await firstMessage(port, '/sse')).toBe(
      `${opening}event: endpoint\ndata: /messages?s=2\n\n${MESSAGE}`,
    );
  });

  test('an event behind the endpoint may be of any length', async () => {
    const long = `event: message\ndata: ${'x'.repeat(20_000)}\n\n`;
    const port = await gatewayFor(
      await upstreamWith([`event: endpoint\ndata: /in?s=1\n\n${long}${MESSAGE}`]),
    );
    expect(await firstMessage(port, '/sse')).toContain(long);
  });
});

test('the query, which holds the session, is in no record; the session is, as a hash', async () => {
  const records: RequestRecord[] = [];
  const upstream = await upstreamWith([]);
  const port = await gatewayFor(upstream, {
    observe: { onClose: (record) => void records.push(record) },
  });
  for (const query of ['sessionId=one', 'sessionId=one', 'sessionId=two']) {
    await exchange(port, post(`/messages?${query}`));
  }
  expect(records.map(({ path, slot }) => [path, slot])).toEqual([
    ['/messages', 'relay'],
    ['/messages', 'relay'],
    ['/messages', 'relay'],
  ]);
  const [one, same, two] = records.map(({ session }) => session);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(same).toBe(one);
  expect(two).not.toBe(one);
  expect(JSON.stringify(records)).not.toMatch(/sessionId|session_id|"one"|"two"/);
});

test('a session is there for the principal who opened the stream, and for nobody else', async () => {
  const opening = `event: endpoint\ndata: /messages?sessionId=one\n\n${MESSAGE}`;
  const upstream = await upstreamWith([opening]);
  const port = await gatewayFor(upstream, {
    auth: ({ headers }) =>
      headers['x-user'] === undefined ? null : { subject: String(headers['x-user']) },
  });
  const client = (await rawClient(port)).send(get('/sse', 'X-User: ada\r\n'));
  await client.has(/data: \{\}/);

  const statusFor = async (query: string, more: string) =>
    (await exchange(port, post(`/messages?${query}`, more))).statuses[0];
  expect(await statusFor('sessionId=one', 'X-User: ada\r\n')).toBe(202);
  expect(await statusFor('sessionId=one', 'X-User: eve\r\n')).toBe(404);
  expect(await statusFor('sessionId=one', '')).toBe(401);
  expect(await statusFor('sessionId=two', 'X-User: ada\r\n')).toBe(404);
  // One that names its own session elsewhere does not get into another.
  expect(await statusFor('sessionId=one', 'X-User: eve\r\nMcp-Session-Id: x\r\n')).toBe(404);
  // A header goes upstream as well, and no session in it is anybody's here.
  for (const query of ['sessionId=one', '']) {
    expect(await statusFor(query, 'X-User: ada\r\nMcp-Session-Id: x\r\n')).toBe(404);
  }
  expect(upstream.seen).toEqual(['GET /sse', 'POST /messages?sessionId=one']);
});

describe('config', () => {
  const mistakes = (legacySse: unknown): string[] => {
    try {
      createMcpGateway({ target: 'http://127.0.0.1:1/mcp', legacySse } as GatewayConfig);
    } catch (error) {
      return (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    return [];
  };

  test.each([
    ['not an object', true, ['legacySse']],
    ['no paths', {}, ['legacySse.path', 'legacySse.messagePath']],
    ['a path that is none', { path: 'sse', messagePath: '/m' }, ['legacySse.path']],
    ['the same route twice', { path: '/sse', messagePath: '/sse/' }, ['legacySse.path']],
    ['the route of the endpoint', { path: '/mcp', messagePath: '/m' }, ['legacySse.path']],
    [
      'the route of the endpoint for messages',
      { path: '/s', messagePath: '/mcp' },
      ['legacySse.messagePath'],
    ],
    [
      'a target elsewhere',
      { path: '/sse', messagePath: '/m', target: 'https://other.example/sse' },
      ['legacySse.target'],
    ],
    ['an unknown key', { path: '/sse', messagePath: '/m', messages: '/m' }, ['legacySse.messages']],
  ])('%s', (_name, legacySse, expected) => {
    expect(mistakes(legacySse)).toEqual(expected);
  });
});
